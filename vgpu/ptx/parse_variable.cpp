// Variable declarations and their initialisers (PTX ISA, "Variables").

#include <algorithm>
#include <bit>

#include "vgpu/ptx/literal.h"
#include "vgpu/ptx/parser.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {

// {.align n} {.v2|.v4} .type {.ptr {.space} {.align n}}, in any order
Parser::Attributes Parser::parse_attributes(const char* what) {
  Attributes attributes;
  uint32_t vector_width = 1;
  uint32_t alignment = 0;
  bool pointer = false;
  while (token_.kind == Token::Kind::dotted) {
    const std::string_view name = token_.text.substr(1);
    if (name == "align") {
      advance();
      const uint64_t value = expect_integer("an alignment", 1u << 16);
      if (!std::has_single_bit(value)) fail("an alignment must be a power of two");
      if (!pointer) alignment = static_cast<uint32_t>(value);  // behind .ptr it is that of what is pointed to
      continue;
    }
    if (name == "ptr") {
      pointer = true;
    } else if (name == "v2" || name == "v4") {
      vector_width = name == "v2" ? 2 : 4;
    } else if (pointer && (name == "global" || name == "const" || name == "shared" || name == "local")) {
      // where the pointer points
    } else if (name == "pred" || type_bytes(name) < 0 || !attributes.type.empty()) {
      fail("the variable attribute " + shown(token_) + " is not supported");
    } else {
      attributes.type = name;
    }
    advance();
  }
  if (attributes.type.empty()) unexpected(what);
  attributes.element_bytes = static_cast<uint64_t>(type_bytes(attributes.type)) * vector_width;
  attributes.alignment = alignment ? alignment : static_cast<uint32_t>(attributes.element_bytes);
  return attributes;
}

// name {[n]...} {= initialiser}
Variable Parser::parse_declarator(Space space, bool external, const Attributes& attributes, std::string_view* name) {
  *name = expect_identifier("a variable's name");
  Variable variable;
  variable.name = *name;
  variable.space = space;
  variable.type = attributes.type;
  variable.element_bytes = static_cast<uint32_t>(attributes.element_bytes);
  variable.alignment = attributes.alignment;
  variable.external = external;

  std::vector<uint64_t> extents;  // elements of each dimension; the first may be 0: open
  while (accept('[')) {
    if (extents.size() == limits::initialiser_nesting) fail(quoted(variable.name) + " has too many dimensions");
    if (extents.empty() && accept(']')) {
      extents.push_back(0);
      continue;
    }
    extents.push_back(expect_integer("an array size", UINT64_MAX));
    expect(']');
  }
  uint64_t bytes = attributes.element_bytes;
  bool empty = false;
  for (uint64_t extent : extents) {
    if (extent == 0) empty = true;
    extent = std::max<uint64_t>(extent, 1);  // an open array's rows have a limit too
    if (extent > limits::variable_bytes / bytes) fail(quoted(variable.name) + " is larger than 4 GiB");
    bytes *= extent;
  }
  variable.bytes = empty ? 0 : bytes;
  if (token_.is('<')) fail("numbered variables ('" + variable.name + "<n>') are supported for registers only");
  if (attributes.element_bytes > static_cast<uint64_t>(type_bytes(variable.type)))
    extents.push_back(attributes.element_bytes / static_cast<uint64_t>(type_bytes(variable.type)));
  if (accept('=')) {
    if ((space != Space::global && space != Space::constant) || external)
      fail(quoted(variable.name) + " cannot have an initialiser: only .global and .const variables can");
    parse_initialiser(variable, extents);
  }
  return variable;
}

void Parser::parse_initialiser(Variable& variable, const std::vector<uint64_t>& extents) {
  const bool open = !extents.empty() && extents[0] == 0;
  parse_initialiser_level(variable, extents, 0, 0, open ? limits::initialised_bytes_per_module : variable.bytes);
  if (open) {
    uint64_t row = static_cast<uint64_t>(type_bytes(variable.type));
    for (size_t i = 1; i < extents.size(); ++i) row *= extents[i];
    if (row != 0) variable.bytes = (variable.init.size() + row - 1) / row * row;
  }
  const uint64_t missing = variable.bytes - std::min<uint64_t>(variable.bytes, variable.init.size());
  if (initialised_bytes_ + missing > limits::initialised_bytes_per_module)
    fail(quoted(variable.name) + ": more than 64 MiB of initialised variables");
  initialised_bytes_ += missing;
  variable.init.resize(variable.bytes);
}

// Fills [offset, end). Braces may follow the dimensions or run through them in one list.
void Parser::parse_initialiser_level(Variable& variable, const std::vector<uint64_t>& extents, size_t level,
                                     uint64_t offset, uint64_t end) {
  const uint64_t element = static_cast<uint64_t>(type_bytes(variable.type));
  if (!accept('{')) {
    parse_initial_value(variable, offset, end);
    return;
  }
  if (level >= extents.size()) fail("the initialiser of '" + variable.name + "' has more braces than dimensions");
  uint64_t row = element;
  for (size_t i = level + 1; i < extents.size(); ++i) row *= extents[i];
  uint64_t at = offset;
  while (!accept('}')) {
    if (token_.is('{')) {
      at = row == 0 ? at : offset + (at - offset + row - 1) / row * row;
      if (row > end - std::min(at, end)) fail("too many initial values for '" + variable.name + "'");
      parse_initialiser_level(variable, extents, level + 1, at, at + row);
      at += row;
    } else {
      parse_initial_value(variable, at, end);
      at += element;
    }
    if (!token_.is('}')) expect(',');
  }
}

void Parser::parse_initial_value(Variable& variable, uint64_t offset, uint64_t end) {
  const uint64_t bytes = static_cast<uint64_t>(type_bytes(variable.type));
  if (offset > end || bytes > end - offset) fail("too many initial values for '" + variable.name + "'");
  if (token_.kind == Token::Kind::identifier) {
    parse_initial_address(variable, offset);
    return;
  }
  const bool negative = accept('-');
  if (token_.kind != Token::Kind::number) unexpected("an initial value");
  const Literal literal = parse_literal(token_);
  const char kind = variable.type[0];  // f32, f64, or bits and integers
  uint64_t bits = literal.bits;
  if (literal.kind == Literal::Kind::integer && kind != 'f') {
    const int width = static_cast<int>(std::min<uint64_t>(bytes, 8)) * 8;
    const uint64_t largest = negative ? 1ull << (width - 1) : width == 64 ? UINT64_MAX : (1ull << width) - 1;
    if (bits > largest) fail("the initial value " + shown(token_) + " does not fit into ." + variable.type);
    if (negative) bits = 0 - bits;
    advance();
    if (token_.is('(')) fail("masked addresses in initialisers (0xFF(symbol)) are not supported");
    store_initial(variable, offset, bits, bytes);
    if (bytes == 16) store_initial(variable, offset + 8, negative && bits ? ~0ull : 0, 8);
    return;
  }
  double value = 0;
  if (literal.kind == Literal::Kind::integer) value = static_cast<double>(bits);
  if (literal.kind == Literal::Kind::float32) value = std::bit_cast<float>(static_cast<uint32_t>(bits));
  if (literal.kind == Literal::Kind::float64) value = std::bit_cast<double>(bits);
  const bool as_written =
      (literal.kind == Literal::Kind::float32 && bytes == 4) || (literal.kind == Literal::Kind::float64 && bytes == 8);
  if (!as_written && bytes == 4) bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  if (!as_written && bytes == 8) bits = std::bit_cast<uint64_t>(value);
  if (bytes != 4 && bytes != 8) fail("a float cannot initialise a ." + variable.type);
  if (negative) bits ^= 1ull << (bytes * 8 - 1);
  advance();
  store_initial(variable, offset, bits, bytes);
}

// symbol {+ n} or generic(symbol) {+ n}
void Parser::parse_initial_address(Variable& variable, uint64_t offset) {
  if (type_bytes(variable.type) != 8 || variable.type[0] == 'f')
    fail("the address " + shown(token_) + " does not fit into ." + variable.type);
  AddressInitialiser address;
  address.offset = offset;
  std::string_view symbol = expect_identifier("a symbol");
  if (symbol == "generic" && accept('(')) {
    address.generic = true;
    symbol = expect_identifier("a symbol");
    address.addend = parse_offset();
    expect(')');
  } else if (token_.is('(')) {
    fail(quoted(symbol) + "(...) in an initialiser is not supported");
  }
  address.symbol = symbol;
  address.addend = static_cast<int64_t>(static_cast<uint64_t>(address.addend) + static_cast<uint64_t>(parse_offset()));
  variable.addresses.push_back(std::move(address));
  store_initial(variable, offset, 0, 8);
}

void Parser::store_initial(Variable& variable, uint64_t offset, uint64_t bits, uint64_t bytes) {
  const uint64_t end = offset + bytes;
  if (variable.init.size() < end) {
    const uint64_t more = end - variable.init.size();
    if (initialised_bytes_ + more > limits::initialised_bytes_per_module)
      fail(quoted(variable.name) + ": more than 64 MiB of initialised variables");
    initialised_bytes_ += more;
    variable.init.resize(end);
  }
  for (uint64_t i = 0; i < std::min<uint64_t>(bytes, 8); ++i)
    variable.init[offset + i] = static_cast<uint8_t>(bits >> (8 * i));
}

}  // namespace vgpu::ptx
