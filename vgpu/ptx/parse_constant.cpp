// Constant expressions of integers (PTX ISA, "Constant Expressions"): 64 bits, signed unless a part of it is not, but
// for remainders, whose operands have no sign.

#include <string_view>

#include "vgpu/ptx/parser.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {
namespace {

/// How close an operator binds, -1: none.
int precedence(const Token& token) {
  if (token.kind != Token::Kind::punctuation) return -1;
  struct Entry {
    std::string_view text;
    int precedence;
  };
  static constexpr Entry entries[] = {{"?", 0},  {"||", 1}, {"&&", 2}, {"|", 3},  {"^", 4},  {"&", 5},  {"==", 6},
                                      {"!=", 6}, {"<", 7},  {"<=", 7}, {">", 7},  {">=", 7}, {"<<", 8}, {">>", 8},
                                      {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10}};
  for (const Entry& entry : entries) {
    if (entry.text == token.text) return entry.precedence;
  }
  return -1;
}

uint64_t shifted(std::string_view op, uint64_t a, uint64_t by, bool is_unsigned) {
  const bool left = op == "<<";
  const bool fills = !left && !is_unsigned && static_cast<int64_t>(a) < 0;
  if (by > 63) return fills ? ~uint64_t{0} : 0;
  if (left) return a << by;
  return is_unsigned ? a >> by : static_cast<uint64_t>(static_cast<int64_t>(a) >> by);
}

bool compared(std::string_view op, uint64_t a, uint64_t b, bool is_unsigned) {
  const bool less = is_unsigned ? a < b : static_cast<int64_t>(a) < static_cast<int64_t>(b);
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return less;
  if (op == ">=") return !less;
  return op == "<=" ? less || a == b : !less && a != b;
}

/// a / b; b is not 0.
uint64_t divided(uint64_t a, uint64_t b, bool is_unsigned) {
  if (is_unsigned) return a / b;
  if (b == ~uint64_t{0}) return 0 - a;  // the least number by -1 does not fit
  return static_cast<uint64_t>(static_cast<int64_t>(a) / static_cast<int64_t>(b));
}

uint64_t calculated(std::string_view op, uint64_t a, uint64_t b, bool is_unsigned) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "&") return a & b;
  if (op == "|") return a | b;
  if (op == "^") return a ^ b;
  if (op == "&&") return a != 0 && b != 0;
  if (op == "||") return a != 0 || b != 0;
  if (op == "%") return a % b;
  if (op == "/") return divided(a, b, is_unsigned);
  return op == "<<" || op == ">>" ? shifted(op, a, b, is_unsigned) : compared(op, a, b, is_unsigned);
}

}  // namespace

bool Parser::at_operator() const { return precedence(token_) >= 0; }

Parser::Constant Parser::parse_constant(int depth) {
  return parse_constant_from(parse_constant_primary(depth), 0, depth);
}

// number, WARP_SZ, (expression), or one of them behind + - ! ~ (.s64) (.u64)
Parser::Constant Parser::parse_constant_primary(int depth) {
  if (depth > limits::constant_nesting) fail("a constant is nested too deeply");
  if (accept('(')) {
    const bool to_unsigned = token_.is_dotted(".u64");
    if (to_unsigned || token_.is_dotted(".s64")) {
      advance();
      expect(')');
      return {parse_constant_primary(depth + 1).bits, to_unsigned};
    }
    const Constant inner = parse_constant(depth + 1);
    expect(')');
    return inner;
  }
  for (const char sign : {'+', '-', '!', '~'}) {
    if (!accept(sign)) continue;
    Constant operand = parse_constant_primary(depth + 1);
    if (sign == '-') operand.bits = 0 - operand.bits;
    if (sign == '!') operand = {operand.bits == 0};
    if (sign == '~') operand = {~operand.bits, true};
    return operand;
  }
  if (token_.kind == Token::Kind::identifier && token_.text == "WARP_SZ") {
    advance();
    return {32};
  }
  const bool is_unsigned = token_.kind == Token::Kind::number && token_.text.ends_with('U');
  const uint64_t bits = expect_integer("an integer constant", UINT64_MAX);
  return {bits, is_unsigned || bits > INT64_MAX};
}

// `left` and what follows it by operators that bind at least as close as `least`
Parser::Constant Parser::parse_constant_from(Constant left, int least, int depth) {
  if (depth > limits::constant_nesting) fail("a constant is nested too deeply");
  for (int bound = precedence(token_); bound >= least && bound >= 0; bound = precedence(token_)) {
    const std::string_view op = token_.text;
    advance();
    if (op == "?") {
      const Constant yes = parse_constant(depth + 1);
      expect(':');
      const Constant no = parse_constant(depth + 1);
      left = {left.bits != 0 ? yes.bits : no.bits, yes.is_unsigned || no.is_unsigned};
      continue;
    }
    const Constant right = parse_constant_from(parse_constant_primary(depth + 1), bound + 1, depth + 1);
    if ((op == "/" || op == "%") && right.bits == 0) fail("a constant is divided by zero");
    const bool shift = op == "<<" || op == ">>";
    const bool is_unsigned = left.is_unsigned || (!shift && right.is_unsigned);
    // Whatever its operands: a remainder and a truth have a sign, combined bits have none.
    const bool has_sign = bound == 1 || bound == 2 || bound == 6 || bound == 7 || op == "%";
    const bool of_bits = op == "&" || op == "|" || op == "^";
    left = {calculated(op, left.bits, right.bits, is_unsigned), of_bits || (!has_sign && is_unsigned)};
  }
  return left;
}

}  // namespace vgpu::ptx
