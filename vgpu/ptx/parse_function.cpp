// Functions and what their bodies declare (PTX ISA, "Kernel and Function Directives").

#include <climits>

#include "vgpu/ptx/literal.h"
#include "vgpu/ptx/parser.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {

// {(results)} name {(params)} directives { body } or ;
void Parser::parse_function(bool entry, bool external) {
  function_ = Function();
  function_.entry = entry;
  function_.ptx_line = token_.line;
  scopes_ = Scopes();
  scope_of_.clear();
  targets_.clear();
  location_ = -1;
  locations_.begin_function();
  scopes_.open();
  while (parse_function_directive()) {
  }
  // The results come first in the text, but have their indices behind the params: resolve_body() moves them.
  std::vector<Variable> results;
  if (!entry && accept('(')) parse_parameters(results, 0);
  const int line = token_.line;
  function_.name = expect_identifier("a function's name");
  std::vector<Variable> params;
  if (accept('(')) parse_parameters(params, results.size());
  function_.params = std::move(params);
  function_.results = std::move(results);
  while (parse_function_directive()) {
  }

  // A definition may call itself, so its name must be known before its body.
  const auto [known, is_new] = functions_.emplace(function_.name, static_cast<int>(module_.functions.size()));
  const int index = known->second;
  if (is_new) {
    module_.functions.emplace_back();
    module_.functions[index].external = true;
  }
  if (accept(';')) {
    function_.external = true;
    if (module_.functions[index].external) module_.functions[index] = std::move(function_);
    return;
  }
  if (external) fail_at(line, quoted(function_.name) + " is .extern but has a body");
  if (!module_.functions[index].external) fail_at(line, quoted(function_.name) + " is defined twice");
  parse_body();
  resolve_body();
  module_.functions[index] = std::move(function_);
}

void Parser::parse_parameters(std::vector<Variable>& list, size_t first_index) {
  if (accept(')')) return;
  do {
    if (!function_.entry && accept_dotted(".reg")) {
      list.push_back(parse_register_parameter());
      continue;
    }
    if (!accept_dotted(".param")) unexpected("a .param");
    const Attributes attributes = parse_attributes("a parameter's type");
    std::string_view name;
    list.push_back(parse_declarator(Space::param, false, attributes, &name));
    if (name != "_") declare(name, {Symbol::Kind::parameter, static_cast<int>(first_index + list.size()) - 1});
  } while (accept(','));
  expect(')');
}

// .reg {.v2|.v4} .type name: a variable that names its register, or a vector's first
Variable Parser::parse_register_parameter() {
  const int width = accept_dotted(".v2") ? 2 : accept_dotted(".v4") ? 4 : 1;
  if (token_.kind != Token::Kind::dotted) unexpected("a register's type");
  Variable variable;
  variable.type = token_.text.substr(1);
  const int bytes = type_bytes(variable.type);
  if (bytes <= 0 || bytes * width > 16)
    fail("a parameter in a register of type " + shown(token_) + " is not supported");
  advance();
  const std::string_view name = expect_identifier("a register's name");
  variable.name = name;
  variable.space = Space::param;
  variable.element_bytes = static_cast<uint32_t>(bytes);
  variable.bytes = static_cast<uint64_t>(bytes) * static_cast<uint64_t>(width);
  variable.alignment = static_cast<uint32_t>(variable.bytes);
  variable.reg = add_registers(name, variable.type, width);
  if (name != "_") declare(name, {Symbol::Kind::reg, variable.reg, width});
  return variable;
}

// One of the directives between a function's name and its body; false when there is none.
bool Parser::parse_function_directive() {
  if (token_.kind != Token::Kind::dotted) return false;
  const Token directive = token_;
  advance();
  if (directive.text == ".reqntid" || directive.text == ".maxntid") {
    int extent[3] = {1, 1, 1};
    int dimension = 0;
    do {
      if (dimension == 3) fail("a block has three dimensions");
      extent[dimension++] = static_cast<int>(expect_integer("a block size", 1u << 16));
    } while (accept(','));
    if (directive.text == ".reqntid") {
      for (int i = 0; i < 3; ++i) function_.required_block[i] = extent[i];
    } else {
      const uint64_t product = static_cast<uint64_t>(extent[0]) * extent[1] * extent[2];
      function_.max_threads = product > INT_MAX ? INT_MAX : static_cast<int>(product);
    }
  } else if (directive.text == ".minnctapersm" || directive.text == ".maxnctapersm" || directive.text == ".maxnreg") {
    expect_integer("a number", UINT64_MAX);
  } else if (directive.text == ".pragma") {
    skip_pragma();
  } else if (directive.text == ".noreturn") {
    // nothing follows from it here
  } else if (directive.text == ".reqnctapercluster" || directive.text == ".maxclusterrank" ||
             directive.text == ".explicitcluster" || directive.text == ".blocksareclusters") {
    function_.unsupported = directive.text;
    if (token_.kind == Token::Kind::number) {
      do expect_integer("a cluster size", UINT64_MAX);
      while (accept(','));
    }
  } else {
    fail_at(directive.line, "the function directive " + shown(directive) + " is not supported");
  }
  return true;
}

void Parser::parse_body() {
  if (!token_.is('{')) unexpected("'{' or ';' after a function's head");
  advance();
  scopes_.open();
  const int outermost = scopes_.current();
  for (;;) {
    if (token_.is('}')) {
      const bool ends_body = scopes_.current() == outermost;
      scopes_.close();
      advance();
      if (ends_body) return;
    } else if (accept('{')) {
      if (!scopes_.open()) fail("scopes are nested too deeply");
    } else {
      parse_statement();
    }
  }
}

void Parser::parse_statement() {
  if (token_.kind == Token::Kind::dotted) {
    parse_body_directive();
  } else if (token_.is('@')) {
    parse_guarded_instruction();
  } else if (token_.kind == Token::Kind::identifier) {
    const Token first = token_;
    advance();
    if (accept(':')) {
      parse_label(first.text, first.line);
    } else {
      parse_instruction(first.text, first.line);
    }
  } else if (accept(';')) {
    // an empty statement, as inline assembly may leave
  } else if (token_.kind == Token::Kind::end) {
    fail("the text ends inside the function '" + function_.name + "'");
  } else {
    unexpected("an instruction");
  }
}

void Parser::parse_body_directive() {
  if (accept_dotted(".reg")) {
    parse_registers();
  } else if (accept_dotted(".loc")) {
    parse_loc();
  } else if (accept_dotted(".param")) {
    parse_body_variables(Space::param);
  } else if (accept_dotted(".local")) {
    parse_body_variables(Space::local);
  } else if (accept_dotted(".shared")) {
    parse_body_variables(Space::shared);
  } else if (accept_dotted(".global")) {
    parse_body_module_variables(Space::global);
  } else if (accept_dotted(".const")) {
    parse_body_module_variables(Space::constant);
  } else if (accept_dotted(".pragma")) {
    skip_pragma();
  } else if (accept_dotted(".file")) {
    parse_file();
  } else {
    fail("the directive " + shown(token_) + " is not supported in a function");
  }
}

// .reg {.v2|.v4} .type name, name<count>;
void Parser::parse_registers() {
  const int width = accept_dotted(".v2") ? 2 : accept_dotted(".v4") ? 4 : 1;
  if (token_.kind != Token::Kind::dotted) unexpected("a register's type");
  const std::string type(token_.text.substr(1));
  const int bytes = type_bytes(type);
  if (bytes < 0) fail("registers of type " + shown(token_) + " are not supported");
  if (width > 1 && (bytes == 0 || bytes * width > 16))
    fail("a vector of " + shown(token_) + " does not fit a register");
  advance();
  do {
    const std::string_view name = expect_identifier("a register's name");
    const int first = static_cast<int>(function_.registers.size());
    uint64_t count = 1;
    const bool numbered = accept('<');
    if (numbered) {
      count = expect_integer("a number of registers", UINT64_MAX);
      expect('>');
    }
    const uint64_t left = limits::registers_per_function - function_.registers.size();
    if (count > left / static_cast<uint64_t>(width)) fail(quoted(function_.name) + " has more than 2^20 registers");
    if (!numbered) {
      declare(name, {Symbol::Kind::reg, first, width});
      add_registers(name, type, width);
      continue;
    }
    if (!scopes_.add_range(name, static_cast<int>(count), first, width)) fail(quoted(name) + " is declared twice");
    for (uint64_t i = 0; i < count; ++i) add_registers(std::string(name) + std::to_string(i), type, width);
  } while (accept(','));
  expect(';');
}

// One register, or a vector's; returns the first one's index.
int Parser::add_registers(std::string_view name, const std::string& type, int width) {
  if ((registers_in_module_ += static_cast<uint64_t>(width)) > limits::registers_per_module)
    fail("the module has more than 2^21 registers");
  const int first = static_cast<int>(function_.registers.size());
  for (int i = 0; i < width; ++i) {
    std::string own(name);
    if (width > 1) (own += '.') += "xyzw"[i];
    function_.registers.push_back({std::move(own), type, type_bytes(type)});
  }
  return first;
}

// Global and constant variables live as long as the module wherever they are declared; only their names are local.
void Parser::parse_body_module_variables(Space space) {
  parse_attribute();
  const Attributes attributes = parse_attributes("a variable's type");
  do {
    std::string_view name;
    Variable variable = parse_declarator(space, false, attributes, &name);
    for (AddressInitialiser& address : variable.addresses) {
      const Symbol symbol = scopes_.find(address.symbol);
      if (symbol.kind == Symbol::Kind::module_variable) address.symbol = module_.variables[symbol.index].name;
    }
    const std::string base = function_.name + "." + variable.name;
    variable.name = base;
    for (int n = 2; !inner_variables_.insert(variable.name).second; ++n) variable.name = base + "." + std::to_string(n);
    declare(name, {Symbol::Kind::module_variable, static_cast<int>(module_.variables.size())});
    module_.variables.push_back(std::move(variable));
  } while (accept(','));
  expect(';');
}

void Parser::parse_body_variables(Space space) {
  const Attributes attributes = parse_attributes("a variable's type");
  do {
    std::string_view name;
    Variable variable = parse_declarator(space, false, attributes, &name);
    declare(name, {Symbol::Kind::variable, static_cast<int>(function_.variables.size())});
    function_.variables.push_back(std::move(variable));
  } while (accept(','));
  expect(';');
}

// .loc file line column {, function_name label {+ n}, inlined_at file line column}
void Parser::parse_loc() {
  const auto parse_place = [this] {
    Locations::Place place;
    place.file = static_cast<int>(expect_integer("a file number", limits::files));
    place.line = static_cast<int>(expect_integer("a line", INT_MAX));
    place.column = static_cast<int>(expect_integer("a column", INT_MAX));
    return place;
  };
  const Locations::Place place = parse_place();
  std::optional<Locations::Place> call;
  while (accept(',')) {
    const std::string_view attribute = expect_identifier("function_name or inlined_at");
    if (attribute == "function_name") {
      expect_identifier("a label");
      parse_offset();
    } else if (attribute == "inlined_at") {
      call = parse_place();
    } else {
      fail("expected function_name or inlined_at, found '" + std::string(attribute) + "'");
    }
  }
  if (place.line == 0) return;  // code of no line in particular stays with the line before
  location_ = call && call->line > 0 ? locations_.add_inlined(place, *call) : locations_.add(place);
}

void Parser::parse_label(std::string_view name, int line) {
  if (accept_dotted(".branchtargets")) {
    parse_branch_targets(name);
  } else if (accept_dotted(".callprototype")) {
    declare(name, {Symbol::Kind::prototype, static_cast<int>(function_.prototypes.size())});
    function_.prototypes.push_back({std::string(name)});
    while (!token_.is(';')) {
      if (token_.kind == Token::Kind::end || token_.is('{') || token_.is('}')) unexpected("';' after a prototype");
      advance();
    }
    advance();
  } else if (!scopes_.add(name, {Symbol::Kind::label, static_cast<int>(function_.instructions.size())})) {
    fail_at(line, "the label '" + std::string(name) + "' is declared twice in one scope");
  }
}

void Parser::parse_branch_targets(std::string_view name) {
  declare(name, {Symbol::Kind::branch_targets, static_cast<int>(function_.branch_targets.size())});
  function_.branch_targets.push_back({std::string(name), {}});
  targets_.push_back({scopes_.current(), token_.line, {}});
  do targets_.back().labels.push_back(expect_identifier("a label"));
  while (accept(','));
  expect(';');
}

void Parser::declare(std::string_view name, Symbol symbol) {
  if (!scopes_.add(name, symbol)) fail(quoted(name) + " is declared twice in one scope");
}

}  // namespace vgpu::ptx
