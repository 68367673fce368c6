// Instructions and their operands (PTX ISA, "Instruction Operands").

#include <algorithm>
#include <iterator>

#include "vgpu/ptx/literal.h"
#include "vgpu/ptx/parser.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {
namespace {

/// Predefined read-only registers (PTX ISA, "Special Registers"), without a component such as .x.
bool is_special(std::string_view name) {
  static constexpr std::string_view names[] = {"%tid",
                                               "%ntid",
                                               "%laneid",
                                               "%warpid",
                                               "%nwarpid",
                                               "%ctaid",
                                               "%nctaid",
                                               "%smid",
                                               "%nsmid",
                                               "%gridid",
                                               "%clusterid",
                                               "%nclusterid",
                                               "%cluster_ctaid",
                                               "%cluster_nctaid",
                                               "%cluster_ctarank",
                                               "%cluster_nctarank",
                                               "%is_explicit_cluster",
                                               "%lanemask_eq",
                                               "%lanemask_le",
                                               "%lanemask_lt",
                                               "%lanemask_ge",
                                               "%lanemask_gt",
                                               "%clock",
                                               "%clock_hi",
                                               "%clock64",
                                               "%globaltimer",
                                               "%globaltimer_lo",
                                               "%globaltimer_hi",
                                               "%total_smem_size",
                                               "%aggr_smem_size",
                                               "%dynamic_smem_size",
                                               "%current_graph_exec",
                                               "WARP_SZ"};
  if (std::find(std::begin(names), std::end(names), name) != std::end(names)) return true;
  return name.starts_with("%envreg") || name.starts_with("%pm") || name.starts_with("%reserved_smem_offset_");
}

}  // namespace

// @{!}p instruction
void Parser::parse_guarded_instruction() {
  const int line = token_.line;
  expect('@');
  const bool negated = accept('!');
  const std::string_view name = expect_identifier("a predicate after '@'");
  const Symbol symbol = scopes_.find(name);
  if (symbol.kind != Symbol::Kind::reg || function_.registers[symbol.index].type != "pred")
    fail_at(line, "the guard '" + std::string(name) + "' is not a predicate register");
  const std::string_view opcode = expect_identifier("an instruction after the guard");
  parse_instruction(opcode, line);
  function_.instructions.back().guard = symbol.index;
  function_.instructions.back().guard_negated = negated;
}

void Parser::parse_instruction(std::string_view opcode, int line) {
  if (opcode[0] < 'a' || opcode[0] > 'z') fail_at(line, "expected an instruction, found '" + std::string(opcode) + "'");
  Instruction instruction;
  instruction.opcode = opcode;
  instruction.ptx_line = line;
  instruction.location = location_;
  is_call_ = opcode == "call";
  takes_parts_ = opcode[0] == 'v' && opcode != "vote";
  for (; token_.kind == Token::Kind::dotted; advance()) instruction.modifiers.emplace_back(token_.text.substr(1));
  if (!token_.is(';')) {
    do instruction.operands.push_back(parse_pair_or_operand(0));
    while (accept(','));
  }
  expect(';');
  function_.instructions.push_back(std::move(instruction));
  scope_of_.push_back(scopes_.current());
}

// operand, or two registers as in shfl's %r1|%p1
Operand Parser::parse_pair_or_operand(int depth) {
  Operand first = parse_operand(depth);
  if (!accept('|')) return first;
  Operand pair;
  pair.kind = Operand::Kind::vector;
  pair.name = "|";
  pair.elements.push_back(std::move(first));
  pair.elements.push_back(parse_operand(depth + 1));
  for (const Operand& element : pair.elements)
    if (element.kind != Operand::Kind::reg && element.kind != Operand::Kind::sink) fail("'|' joins registers only");
  return pair;
}

Operand Parser::parse_operand(int depth) {
  if (depth > limits::operand_nesting) fail("operands are nested too deeply");
  if (accept('{')) return parse_list(Operand::Kind::vector, '}', depth);
  if (is_call_ && accept('(')) return parse_list(Operand::Kind::tuple, ')', depth);
  if (accept('[')) return parse_address(depth);
  const auto integer = [](Constant constant) {
    Operand operand;
    operand.kind = Operand::Kind::integer;
    operand.value = static_cast<int64_t>(constant.bits);
    return operand;
  };
  if (token_.is('(') || token_.is('~')) return integer(parse_constant(0));

  const bool not_sign = accept('!');
  const bool minus = !not_sign && accept('-');
  if ((not_sign || minus) && (token_.is('(') || token_.is('~') || (not_sign && token_.kind == Token::Kind::number))) {
    Constant value = parse_constant_primary(0);
    value.bits = minus ? 0 - value.bits : value.bits == 0;
    return integer(parse_constant_from(value, 0, 0));
  }
  if (token_.kind == Token::Kind::number) {
    const Literal literal = parse_literal(token_);
    const bool is_unsigned = token_.text.ends_with('U') || literal.bits > INT64_MAX;
    advance();
    Operand operand;
    operand.value = static_cast<int64_t>(literal.bits);
    if (literal.kind == Literal::Kind::integer) {
      operand.kind = Operand::Kind::integer;
      if (minus) operand.value = static_cast<int64_t>(0 - literal.bits);
      if (at_operator()) return integer(parse_constant_from({static_cast<uint64_t>(operand.value), is_unsigned}, 0, 0));
    } else {
      const bool single = literal.kind == Literal::Kind::float32;
      operand.kind = single ? Operand::Kind::float32 : Operand::Kind::float64;
      if (minus) operand.value = static_cast<int64_t>(literal.bits ^ (single ? 1ull << 31 : 1ull << 63));
    }
    return operand;
  }
  if (token_.kind != Token::Kind::identifier) unexpected("an operand");
  Operand operand = parse_named();
  if (operand.kind == Operand::Kind::special && operand.name == "WARP_SZ" && !not_sign && at_operator())
    return integer(parse_constant_from({minus ? uint64_t{0} - 32 : uint64_t{32}}, 0, 0));
  if (not_sign || minus) {
    if (operand.kind != Operand::Kind::reg)
      fail(std::string("'") + (minus ? '-' : '!') + "' needs a register after it");
    operand.negated = true;
  }
  return operand;
}

Operand Parser::parse_list(Operand::Kind kind, char closing, int depth) {
  Operand list;
  list.kind = kind;
  if (accept(closing)) return list;
  do list.elements.push_back(parse_operand(depth + 1));
  while (accept(','));
  expect(closing);
  return list;
}

// [base], [base+n], [n], and for tensors and textures [base, {coordinates}]
Operand Parser::parse_address(int depth) {
  Operand address;
  address.kind = Operand::Kind::address;
  Operand base = parse_operand(depth + 1);
  if (base.kind == Operand::Kind::reg && !base.negated) {
    address.value = parse_offset();
  } else if (base.kind == Operand::Kind::variable || base.kind == Operand::Kind::integer) {
    address.value = base.value;
    base.value = 0;
    address.value = static_cast<int64_t>(static_cast<uint64_t>(address.value) + static_cast<uint64_t>(parse_offset()));
  } else {
    fail("an address must begin with a register, a variable or a number" +
         (base.name.empty() ? std::string() : ", '" + base.name + "' is none of them"));
  }
  address.elements.push_back(std::move(base));
  while (accept(',')) address.elements.push_back(parse_operand(depth + 1));
  expect(']');
  return address;
}

Operand Parser::parse_named() {
  Operand operand;
  const int line = token_.line;
  const std::string_view name = expect_identifier("an operand");
  if (name == "_") {
    operand.kind = Operand::Kind::sink;
    return operand;
  }
  Symbol symbol = scopes_.find(name);
  if (symbol.kind == Symbol::Kind::none && is_special(name)) {
    operand.kind = Operand::Kind::special;
    operand.name = name;
    if (token_.kind == Token::Kind::dotted) {
      operand.name += token_.text;
      advance();
    }
    return operand;
  }
  if (symbol.kind == Symbol::Kind::reg) return parse_register(name, symbol);
  if (symbol.kind == Symbol::Kind::variable)
    return parse_variable(name, Operand::Scope::function, symbol.index, function_.variables[symbol.index]);
  if (symbol.kind == Symbol::Kind::parameter) {
    const size_t results = function_.results.size(), place = static_cast<size_t>(symbol.index);
    const Variable& variable = place < results ? function_.results[place] : function_.params[place - results];
    return parse_variable(name, Operand::Scope::function, -1 - symbol.index - 1, variable);
  }
  if (symbol.kind == Symbol::Kind::module_variable)
    return parse_variable(name, Operand::Scope::module, symbol.index, module_.variables[symbol.index]);
  if (symbol.kind == Symbol::Kind::none && name[0] == '%')
    fail_at(line, quoted(name) + " is neither a declared register nor a special one");
  if (const auto variable = variables_.find(name); symbol.kind == Symbol::Kind::none && variable != variables_.end()) {
    return parse_variable(name, Operand::Scope::module, variable->second, module_.variables[variable->second]);
  }
  operand.kind = Operand::Kind::name;  // a label, function or list: known when the body has been read
  operand.name = name;
  return operand;
}

// A register, a part of one where the instruction takes parts, all of a vector, or one of its members
Operand Parser::parse_register(std::string_view name, Symbol symbol) {
  Operand operand;
  operand.kind = Operand::Kind::reg;
  operand.index = symbol.index;
  if (symbol.width == 1) {
    if (token_.kind != Token::Kind::dotted) return operand;
    if (!takes_parts_)
      fail("selecting a part of a register (" + quoted(std::string(name) + std::string(token_.text)) +
           ") is for video instructions only");
    operand.name = token_.text.substr(1);
    advance();
    return operand;
  }
  if (token_.kind == Token::Kind::dotted) {
    static constexpr std::string_view members = "xrygzbwa";  // each by two names
    const size_t member = token_.text.size() == 2 ? members.find(token_.text[1]) : std::string_view::npos;
    if (member == std::string_view::npos || static_cast<int>(member / 2) >= symbol.width)
      fail("the vector " + quoted(name) + " has no member " + shown(token_));
    advance();
    operand.index += static_cast<int>(member / 2);
    return operand;
  }
  Operand vector;
  vector.kind = Operand::Kind::vector;
  for (int i = 0; i < symbol.width; ++i) {
    operand.index = symbol.index + i;
    vector.elements.push_back(operand);
  }
  return vector;
}

// name, name[element], each {+ n}
Operand Parser::parse_variable(std::string_view name, Operand::Scope scope, int index, const Variable& variable) {
  Operand operand;
  operand.kind = Operand::Kind::variable;
  operand.scope = scope;
  operand.index = index;
  operand.name = name;
  uint64_t offset = 0;
  if (accept('[')) {
    offset = parse_constant(0).bits * variable.element_bytes;
    expect(']');
  }
  operand.value = static_cast<int64_t>(offset + static_cast<uint64_t>(parse_offset()));
  return operand;
}

// {+ n} {- n}, also +-n; n may be a product
int64_t Parser::parse_offset() {
  uint64_t sum = 0;
  while (token_.is('+') || token_.is('-')) {
    bool negative = token_.is('-');
    advance();
    if (accept('-')) negative = !negative;
    const uint64_t value = parse_constant_from(parse_constant_primary(0), constant_product, 0).bits;
    sum += negative ? 0 - value : value;
  }
  return static_cast<int64_t>(sum);
}

}  // namespace vgpu::ptx
