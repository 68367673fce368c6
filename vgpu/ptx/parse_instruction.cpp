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
  if (accept('(')) return parse_list(Operand::Kind::tuple, ')', depth);
  if (accept('[')) return parse_address(depth);

  const bool not_sign = accept('!');
  const bool minus = !not_sign && accept('-');
  if (token_.kind == Token::Kind::number && !not_sign) {
    const Literal literal = parse_literal(token_);
    advance();
    Operand operand;
    operand.value = static_cast<int64_t>(literal.bits);
    if (literal.kind == Literal::Kind::integer) {
      operand.kind = Operand::Kind::integer;
      if (minus) operand.value = static_cast<int64_t>(0 - literal.bits);
    } else {
      const bool single = literal.kind == Literal::Kind::float32;
      operand.kind = single ? Operand::Kind::float32 : Operand::Kind::float64;
      if (minus) operand.value = static_cast<int64_t>(literal.bits ^ (single ? 1ull << 31 : 1ull << 63));
    }
    return operand;
  }
  if (token_.kind != Token::Kind::identifier) unexpected("an operand");
  Operand operand = parse_named();
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
  if (symbol.kind == Symbol::Kind::reg) {
    if (token_.kind == Token::Kind::dotted)
      fail("selecting a part of a register ('" + std::string(name) + std::string(token_.text) + "') is not supported");
    operand.kind = Operand::Kind::reg;
    operand.index = symbol.index;
    return operand;
  }
  if (symbol.kind == Symbol::Kind::variable || symbol.kind == Symbol::Kind::parameter) {
    operand.kind = Operand::Kind::variable;
    operand.scope = Operand::Scope::function;
    operand.index = symbol.kind == Symbol::Kind::variable ? symbol.index : -1 - symbol.index - 1;
    operand.name = name;
    operand.value = parse_offset();
    return operand;
  }
  if (symbol.kind == Symbol::Kind::none && name[0] == '%')
    fail_at(line, quoted(name) + " is neither a declared register nor a special one");
  if (const auto variable = variables_.find(name); symbol.kind == Symbol::Kind::none && variable != variables_.end()) {
    operand.kind = Operand::Kind::variable;
    operand.index = variable->second;
    operand.name = name;
    operand.value = parse_offset();
    return operand;
  }
  operand.kind = Operand::Kind::name;  // a label, function or list: known when the body has been read
  operand.name = name;
  return operand;
}

// {+ n} {- n}, also +-n
int64_t Parser::parse_offset() {
  uint64_t sum = 0;
  while (token_.is('+') || token_.is('-')) {
    bool negative = token_.is('-');
    advance();
    if (accept('-')) negative = !negative;
    const uint64_t value = expect_integer("an offset", UINT64_MAX);
    sum += negative ? 0 - value : value;
  }
  return static_cast<int64_t>(sum);
}

}  // namespace vgpu::ptx
