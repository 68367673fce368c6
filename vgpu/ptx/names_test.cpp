// What a name in a function may stand for beside a register and a variable: vectors and their members, parameters in
// registers, variables of the module declared inside; and numbers that are written as expressions.

#include <doctest/doctest.h>

#include "vgpu/ptx/parser.h"

using namespace vgpu::ptx;
using Kind = Operand::Kind;

namespace {

const std::string header = ".version 8.0\n.target sm_80\n.address_size 64\n";

Module module_of(const std::string& text) { return parse(header + text); }
Module kernel(const std::string& body) { return module_of(".visible .entry k() {\n" + body + "\n}\n"); }

std::string error_of(const std::string& body) {
  try {
    kernel(body);
  } catch (const ParseError& error) {
    return error.what();
  }
  return {};
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What `mov.u64 %rd1, TEXT;` moves.
int64_t constant(const std::string& text) {
  const Module m = kernel(".reg .b64 %rd<2>; mov.u64 %rd1, " + text + ";");
  const Operand& operand = m.functions[0].instructions[0].operands[1];
  CHECK(operand.kind == Kind::integer);
  return operand.value;
}

}  // namespace

TEST_CASE("a vector is its registers; members have two names each") {
  const Module m = kernel(
      ".reg .v2 .u32 v; .reg .v4 .f32 w<3>;\n"
      "mov.b64 v, 5;\nadd.u32 v.x, v.y, v.g;\nadd.f32 w1.b, w2.w, w0.r;");
  const Function& f = m.functions[0];
  REQUIRE(f.registers.size() == 14);
  CHECK(f.registers[1].name == "v.y");
  CHECK(f.registers[1].bytes == 4);
  CHECK(f.registers[2 + 4 + 2].name == "w1.z");
  const Operand& whole = f.instructions[0].operands[0];
  CHECK(whole.kind == Kind::vector);
  REQUIRE(whole.elements.size() == 2);
  CHECK(whole.elements[1].index == 1);
  const std::vector<Operand>& members = f.instructions[1].operands;
  CHECK((members[0].index == 0 && members[1].index == 1 && members[2].index == 1));
  const std::vector<Operand>& numbered = f.instructions[2].operands;
  CHECK((numbered[0].index == 8 && numbered[1].index == 13 && numbered[2].index == 2));
}

TEST_CASE("vectors that are none, and members they have not") {
  CHECK(has(error_of(".reg .v2 .pred p;"), "does not fit a register"));
  CHECK(has(error_of(".reg .v4 .b64 p;"), "does not fit a register"));
  CHECK(has(error_of(".reg .v2 .u32 v; mov.u32 v.z, 1;"), "the vector 'v' has no member '.z'"));
  CHECK(has(error_of(".reg .v2 .u32 v; mov.u32 v.xy, 1;"), "no member"));
  CHECK(has(error_of(".reg .v2 .u32 v<1048577>;"), "more than 2^20"));
}

TEST_CASE("a part of a register stands in video instructions only") {
  const Module m = kernel(".reg .b32 %r<4>; vadd.u32.u32.u32 %r1.b0, %r2.h1, %r3, %r1;");
  CHECK(m.functions[0].instructions[0].operands[0].name == "b0");
  CHECK(m.functions[0].instructions[0].operands[1].name == "h1");
  CHECK(m.functions[0].instructions[0].operands[2].name.empty());
  CHECK(has(error_of(".reg .b32 %r<4>; add.u32 %r1.b0, %r2, %r3;"), "for video instructions only"));
  CHECK(has(error_of(".reg .b32 %r<4>; .reg .pred %p; vote.sync.ballot.b32 %r1.b0, %p, -1;"), "video"));
}

TEST_CASE("parameters and results of a function may stand in registers, several of them") {
  const Module m = module_of(
      ".func (.reg .u32 sum, .reg .v2 .b16 pair) f(.reg .u32 a, .param .b64 b, .reg .f64 _) {\n"
      "add.u32 sum, a, 1; ret; }");
  const Function& f = m.functions[0];
  REQUIRE(f.results.size() == 2);
  REQUIRE(f.params.size() == 3);
  CHECK(f.results[0].reg == 0);
  CHECK(f.results[1].reg == 1);
  CHECK(f.results[1].bytes == 4);
  CHECK(f.params[0].reg == 3);
  CHECK(f.params[1].reg == -1);
  CHECK(f.params[2].bytes == 8);
  CHECK(f.instructions[0].operands[0].index == 0);
  CHECK_THROWS_AS(module_of(".func f(.reg .pred p) { ret; }"), ParseError);
  CHECK_THROWS_AS(module_of(".entry f(.reg .u32 a) { ret; }"), ParseError);
}

TEST_CASE("global and constant variables of a function are the module's, under names of their own") {
  const Module m = kernel(
      ".reg .b64 %rd<4>; .global .u32 x[2] = { 1, 2 }; .const .u64 p = x;\n"
      "{ .global .u32 x; mov.u64 %rd1, x; }\nmov.u64 %rd2, x+4;");
  REQUIRE(m.variables.size() == 3);
  CHECK(m.variables[0].name == "k.x");
  CHECK(m.variables[1].addresses[0].symbol == "k.x");
  CHECK(m.variables[2].name == "k.x.2");
  const std::vector<Instruction>& code = m.functions[0].instructions;
  CHECK(code[0].operands[1].index == 2);
  CHECK(code[1].operands[1].index == 0);
  CHECK(code[1].operands[1].value == 4);
  CHECK(code[1].operands[1].scope == Operand::Scope::module);
}

TEST_CASE("an element of an array is its address") {
  const Module m = kernel(
      ".reg .b64 %rd<4>; .reg .b32 %r<4>; .shared .u32 s[8]; .shared .v4 .f32 q[8];\n"
      "mov.u64 %rd1, s[3];\nld.shared.u32 %r1, q[2+1];\nmov.u64 %rd1, s[1]+8;");
  const std::vector<Instruction>& code = m.functions[0].instructions;
  CHECK(code[0].operands[1].value == 12);
  CHECK(code[1].operands[1].kind == Kind::variable);
  CHECK(code[1].operands[1].value == 48);
  CHECK(code[2].operands[1].value == 12);
}

TEST_CASE("constant expressions: precedence, signs, and both kinds of integers") {
  CHECK(constant("3*4+1") == 13);
  CHECK(constant("1+3*4-2") == 11);
  CHECK(constant("(1+3)*4") == 16);
  CHECK(constant("1<<2+1") == 8);
  CHECK(constant("7&3|8^1") == 11);
  CHECK(constant("-7/2") == -3);
  CHECK(constant("-7 % 4") == 1);
  CHECK(constant("-8 % 3 - 5 < 0") == 1);
  CHECK(constant("-16>>2") == -4);
  CHECK(constant("(.u64)-16>>60") == 15);
  CHECK(constant("-1 < 1") == 1);
  CHECK(constant("-1 < 1U") == 0);
  CHECK(constant("1 ? 2 : 3") == 2);
  CHECK(constant("0 ? 2 : 4 > 3 ? 5 : 6") == 5);
  CHECK(constant("!0 + !5") == 1);
  CHECK(constant("~0") == -1);
  CHECK(constant("-(3+1)") == -4);
  CHECK(constant("WARP_SZ-1") == 31);
  CHECK(constant("4*WARP_SZ") == 128);
  CHECK(constant("2 == 2 && 1 != 1 || 1") == 1);
  CHECK(constant("1 << 64") == 0);
  CHECK(constant("0x8000000000000000 / -1") == 0);  // the first is unsigned, and so is the quotient
  CHECK(constant("(.s64)0x8000000000000000 / -1") == INT64_MIN);
}

TEST_CASE("constants that are none") {
  for (const char* text : {"1/0", "5 %", "(3", "3+", "1 ? 2", "(.f32)3", "3 + %rd1", "~%rd1"}) {
    const std::string error = error_of(std::string(".reg .b64 %rd<2>; mov.u64 %rd1, ") + text + ";");
    CHECK_MESSAGE(!error.empty(), text);
  }
  CHECK(has(error_of(".reg .b64 %rd<2>; mov.u64 %rd1, " + std::string(100, '(') + "1" + std::string(100, ')') + ";"),
            "nested too deeply"));
  std::string ternaries, minus(100000, '~');
  for (int i = 0; i < 1000; ++i) ternaries += "0 ? 1 : ";
  CHECK(has(error_of(".reg .b64 %rd<2>; mov.u64 %rd1, " + ternaries + "1;"), "nested too deeply"));
  CHECK(has(error_of(".reg .b64 %rd<2>; mov.u64 %rd1, " + minus + "1;"), "nested too deeply"));
}

TEST_CASE("offsets may be products") {
  const Module m =
      kernel(".reg .b64 %rd<2>; .reg .b32 %r<2>; ld.global.u32 %r1, [%rd1+4*3]; ld.global.u32 %r1, [%rd1+-4];");
  CHECK(m.functions[0].instructions[0].operands[1].value == 12);
  CHECK(m.functions[0].instructions[1].operands[1].value == -4);
}
