// Directives at module level (PTX ISA, "Directives").

#include <climits>

#include "vgpu/ptx/parser.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {

Module Parser::parse_module() {
  parse_header();
  while (token_.kind != Token::Kind::end) parse_module_directive();
  check_addresses();
  module_.locations = locations_.take(module_.files);
  return std::move(module_);
}

void Parser::parse_header() {
  if (!accept_dotted(".version")) fail("this is not PTX: it must begin with .version, found " + shown(token_));
  if (token_.kind != Token::Kind::number) unexpected("a version such as 8.0");
  module_.version = token_.text;
  advance();
  if (!accept_dotted(".target")) unexpected(".target after .version");
  module_.target = expect_identifier("a target such as sm_80");
  while (accept(',')) expect_identifier("a target option");
}

void Parser::parse_module_directive() {
  bool external = false;
  const auto accept_linkage = [&] {
    if (accept_dotted(".extern")) return external = true;
    return accept_dotted(".visible") || accept_dotted(".weak") || accept_dotted(".common");
  };
  while (accept_linkage()) {
  }
  if (token_.kind != Token::Kind::dotted) unexpected("a directive");
  if (accept_dotted(".entry")) {
    parse_function(true, external);
  } else if (accept_dotted(".func")) {
    parse_function(false, external);
  } else if (accept_dotted(".global")) {
    parse_module_variables(Space::global, external);
  } else if (accept_dotted(".const")) {
    parse_module_variables(Space::constant, external);
  } else if (accept_dotted(".shared")) {
    parse_module_variables(Space::shared, external);
  } else if (accept_dotted(".address_size")) {
    if (expect_integer("an address size", UINT64_MAX) != 64) fail("only .address_size 64 is supported");
  } else if (accept_dotted(".file")) {
    parse_file();
  } else if (accept_dotted(".section")) {
    skip_section();
  } else if (accept_dotted(".pragma")) {
    skip_pragma();
  } else {
    fail("the directive " + shown(token_) + " is not supported here");
  }
}

// .file index "name" {, time stamp, size}
void Parser::parse_file() {
  const uint64_t index = expect_integer("a file number", limits::files);
  if (module_.files.size() <= index) module_.files.resize(index + 1);
  module_.files[index] = expect_string("a file name");
  if (accept(',')) {
    expect_integer("a time stamp", UINT64_MAX);
    expect(',');
    expect_integer("a file size", UINT64_MAX);
  }
}

void Parser::parse_module_variables(Space space, bool external) {
  parse_attribute();
  const Attributes attributes = parse_attributes("a variable's type");
  do {
    const int line = token_.line;
    std::string_view name;
    Variable variable = parse_declarator(space, external, attributes, &name);
    const auto [entry, is_new] = variables_.emplace(name, static_cast<int>(module_.variables.size()));
    if (is_new) {
      module_.variables.push_back(std::move(variable));
    } else if (Variable& earlier = module_.variables[entry->second]; !external && earlier.external) {
      earlier = std::move(variable);
    } else if (!external) {
      fail_at(line, "the variable '" + std::string(name) + "' is defined twice");
    }
  } while (accept(','));
  expect(';');
}

void Parser::parse_attribute() {
  if (!accept_dotted(".attribute")) return;
  expect('(');
  if (!accept_dotted(".managed")) fail("the attribute " + shown(token_) + " is not supported");
  expect(')');
}

// .section .debug_str { ... }: DWARF for debuggers.
void Parser::skip_section() {
  if (token_.kind != Token::Kind::dotted) unexpected("a section name");
  advance();
  expect('{');
  for (int depth = 1; depth > 0; advance()) {
    if (token_.kind == Token::Kind::end) unexpected("'}' at the end of the section");
    if (token_.is('{')) ++depth;
    if (token_.is('}')) --depth;
  }
}

// .pragma "text" {, "text"};
void Parser::skip_pragma() {
  do expect_string("a pragma's text");
  while (accept(','));
  expect(';');
}

void Parser::check_addresses() const {
  for (const Variable& variable : module_.variables)
    for (const AddressInitialiser& address : variable.addresses)
      if (!variables_.contains(address.symbol) && !functions_.contains(address.symbol) &&
          !inner_variables_.contains(address.symbol))
        fail(quoted(variable.name) + " is initialised with the address of '" + address.symbol +
             "', which is not declared");
}

}  // namespace vgpu::ptx
