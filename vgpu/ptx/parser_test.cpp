#include "vgpu/ptx/parser.h"

#include <doctest/doctest.h>

using namespace vgpu::ptx;
using Kind = Operand::Kind;

namespace {

const std::string header = ".version 8.0\n.target sm_80\n.address_size 64\n";

/// A kernel whose body starts in line 5 of the text.
Module kernel(const std::string& body) { return parse(header + ".visible .entry k() {\n" + body + "\n}\n"); }

/// The operands of one instruction, with a few registers to name.
std::vector<Operand> operands(const std::string& instruction) {
  const Module m = kernel(".reg .pred %p<4>; .reg .b32 %r<9>; .reg .b64 %rd<9>; .shared .b8 tile[64];\n" + instruction);
  return m.functions[0].instructions.back().operands;
}

/// The error's text, empty: there was none.
std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const ParseError& error) {
    return error.what();
  }
  return {};
}
std::string error_in_kernel(const std::string& body) { return error_of(header + ".entry k() {\n" + body + "\n}\n"); }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("version and target") {
  const Module m = parse(".version 8.10\n.target sm_90a, debug\n.address_size 64\n");
  CHECK(m.version == "8.10");
  CHECK(m.target == "sm_90a");
  CHECK(m.functions.empty());
}

TEST_CASE("an instruction: opcode, modifiers, guard, line") {
  const Module m = kernel(
      ".reg .pred %p<3>; .reg .f32 %f<5>; .reg .b64 %rd<2>;\n"
      "@!%p2 ld.global.nc.L1::no_allocate.L2::128B.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1+16];\n"
      "@%p1 ret;");
  const Function& f = m.functions.at(0);
  CHECK(f.name == "k");
  CHECK(f.entry);
  const Instruction& load = f.instructions.at(0);
  CHECK(load.opcode == "ld");
  CHECK(load.modifiers == std::vector<std::string>{"global", "nc", "L1::no_allocate", "L2::128B", "v4", "f32"});
  CHECK(load.text() == "ld.global.nc.L1::no_allocate.L2::128B.v4.f32");
  CHECK(f.registers.at(load.guard).name == "%p2");
  CHECK(load.guard_negated);
  CHECK(load.ptx_line == 6);
  CHECK(load.location == -1);
  CHECK_FALSE(f.instructions.at(1).guard_negated);
  CHECK(f.registers.at(f.instructions.at(1).guard).name == "%p1");
  CHECK(f.instructions.at(1).operands.empty());
}

TEST_CASE("registers: numbered and single ones, types and widths") {
  const Module m = kernel(".reg .pred %p<2>; .reg .b32 a, %r<3>, b; .reg .b128 %rq; .reg .f16x2 h; .reg .b64 %SP;");
  const auto& r = m.functions[0].registers;
  REQUIRE(r.size() == 10);
  CHECK(r[0].name == "%p0");
  CHECK(r[0].bytes == 0);
  CHECK(r[2].name == "a");
  CHECK(r[3].name == "%r0");
  CHECK(r[5].name == "%r2");
  CHECK(r[5].type == "b32");
  CHECK(r[6].name == "b");
  CHECK(r[7].bytes == 16);
  CHECK(r[8].bytes == 4);
  CHECK(r[9].name == "%SP");
}

TEST_CASE("an inner scope shadows outer registers until it closes") {
  const Module m = kernel(
      ".reg .b32 %r<9>; .reg .b32 x;\n"
      "mov.u32 x, %r2;\n"
      "{ .reg .b32 %r<3>; .reg .f32 x; mov.u32 x, %r2; mov.u32 x, %r5; }\n"
      "mov.u32 x, %r2;");
  const auto& f = m.functions[0];
  CHECK(f.instructions[0].operands[0].index == 9);
  CHECK(f.instructions[0].operands[1].index == 2);
  CHECK(f.instructions[1].operands[0].index == 13);
  CHECK(f.instructions[1].operands[1].index == 10 + 2);
  CHECK(f.instructions[2].operands[1].index == 5);  // the inner %r<3> has no %r5
  CHECK(f.instructions[3].operands[0].index == 9);
  CHECK(f.instructions[3].operands[1].index == 2);
}

TEST_CASE("numbered registers whose prefixes end in digits") {
  const Module m = kernel(".reg .b32 %r1<3>, %r<2>; add.s32 %r12, %r1, %r10;");
  const auto& o = m.functions[0].instructions[0].operands;
  CHECK(o[0].index == 2);
  CHECK(o[1].index == 3 + 1);
  CHECK(o[2].index == 0);
  CHECK(has(error_in_kernel(".reg .b32 %r<20>; mov.u32 %r1, %r01;"), "%r01"));
  CHECK(has(error_in_kernel(".reg .b32 %r<20>; mov.u32 %r1, %r20;"), "%r20"));
}

TEST_CASE("labels: forward, backward, at the end, one name in several scopes") {
  const Module m = kernel(
      "TOP: bra END;\n"
      "{ bra L; trap; L: bra TOP; }\n"
      "{ bra L; L: bra.uni L; }\n"
      "L: bra L;\n"
      "END:");
  const auto& i = m.functions[0].instructions;
  REQUIRE(i.size() == 7);
  for (const auto& [from, to] : {std::pair{0, 7}, {1, 3}, {3, 0}, {4, 5}, {5, 5}, {6, 6}}) {
    CHECK(i[from].operands[0].kind == Kind::label);
    CHECK(i[from].operands[0].value == to);
  }
}

TEST_CASE("a forward label of an inner scope wins over an outer one already seen") {
  const Module m = kernel("L: trap;\n{ bra L; exit; L: }\nbra L;");
  CHECK(m.functions[0].instructions[1].operands[0].value == 3);
  CHECK(m.functions[0].instructions[3].operands[0].value == 0);
}

TEST_CASE("labels of a scope are unknown outside it") {
  CHECK(has(error_in_kernel("{ L: trap; }\n\nbra L;"), "line 7: 'L' is not declared"));
  CHECK(has(error_in_kernel("L: trap;\nL: trap;"), "line 6: the label 'L' is declared twice"));
}

TEST_CASE("operands: registers, integers, floats, specials, sinks") {
  const auto o = operands(
      "foo %r3, !%p1, -%r2, 7, -1, 0xFFFFFFFFFFFFFFFF, 0f3F800000, -0f3F800000, 1.5, %tid.x, %clock64, WARP_SZ, _;");
  REQUIRE(o.size() == 13);
  CHECK(o[0].kind == Kind::reg);
  CHECK(o[0].index == 4 + 3);
  CHECK(o[1].kind == Kind::reg);
  CHECK(o[1].negated);
  CHECK(o[1].index == 1);
  CHECK(o[2].negated);
  CHECK(o[3].kind == Kind::integer);
  CHECK(o[3].value == 7);
  CHECK(o[4].value == -1);
  CHECK(o[5].value == -1);
  CHECK(o[6].kind == Kind::float32);
  CHECK(o[6].value == 0x3F800000);
  CHECK(o[7].value == 0xBF800000);
  CHECK(o[8].kind == Kind::float64);
  CHECK(o[8].value == 0x3FF8000000000000);
  CHECK(o[9].kind == Kind::special);
  CHECK(o[9].name == "%tid.x");
  CHECK(o[10].name == "%clock64");
  CHECK(o[11].kind == Kind::special);
  CHECK(o[11].name == "WARP_SZ");
  CHECK(o[12].kind == Kind::sink);
}

TEST_CASE("a declared register goes before a special one of the same name") {
  const Module m = kernel(".reg .b32 %laneid; mov.u32 %laneid, %lanemask_lt;");
  CHECK(m.functions[0].instructions[0].operands[0].kind == Kind::reg);
  CHECK(m.functions[0].instructions[0].operands[1].name == "%lanemask_lt");
}

TEST_CASE("operands: pairs, vectors, tuples") {
  const auto o = operands("call %r1|%p1, _|%p2, {%r1, _, 3}, ( %r2 ), {%r4};");
  CHECK(o[0].kind == Kind::vector);
  CHECK(o[0].name == "|");
  REQUIRE(o[0].elements.size() == 2);
  CHECK(o[0].elements[0].index == 4 + 1);
  CHECK(o[0].elements[1].index == 1);
  CHECK(o[1].elements[0].kind == Kind::sink);
  CHECK(o[2].kind == Kind::vector);
  CHECK(o[2].name.empty());
  REQUIRE(o[2].elements.size() == 3);
  CHECK(o[2].elements[1].kind == Kind::sink);
  CHECK(o[2].elements[2].value == 3);
  CHECK(o[3].kind == Kind::tuple);
  CHECK(o[3].elements.size() == 1);
  CHECK(o[4].elements.size() == 1);
}

TEST_CASE("operands: addresses") {
  const auto o =
      operands("foo [%rd1+16], [%rd1+-16], [ %rd1 - 8 ], [%r2], [tile+4], [tile], [64], [%rd3, {%r1, %r2}];");
  for (const Operand& each : o) {
    CHECK(each.kind == Kind::address);
    CHECK(each.elements.at(0).value == 0);
  }
  CHECK(o[0].value == 16);
  CHECK(o[0].elements[0].kind == Kind::reg);
  CHECK(o[0].elements[0].index == 4 + 9 + 1);
  CHECK(o[1].value == -16);
  CHECK(o[2].value == -8);
  CHECK(o[3].value == 0);
  CHECK(o[4].elements[0].kind == Kind::variable);
  CHECK(o[4].elements[0].name == "tile");
  CHECK(o[4].value == 4);
  CHECK(o[5].value == 0);
  CHECK(o[6].elements[0].kind == Kind::integer);
  CHECK(o[6].value == 64);
  CHECK(o[7].elements[1].kind == Kind::vector);
}

TEST_CASE("the address of a variable, with an offset") {
  const auto o = operands("mov.u64 %rd1, tile+12;");
  CHECK(o[1].kind == Kind::variable);
  CHECK(o[1].scope == Operand::Scope::function);
  CHECK(o[1].value == 12);
}

TEST_CASE("operands that are not supported are refused by name") {
  CHECK(has(error_in_kernel(".reg .b32 %r<3>; add %r1.b0, %r2;"), "'%r1.b0'"));
  CHECK(has(error_in_kernel("mov.u32 %x, 1;"), "'%x'"));
  CHECK(has(error_in_kernel("bra nowhere;"), "'nowhere'"));
  CHECK(has(error_in_kernel(".reg .b32 p; @p ret;"), "'p' is not a predicate"));
  CHECK(has(error_in_kernel("ld.global.b32 _, [{1}];"), "an address must begin"));
  CHECK(has(error_in_kernel("foo {{{{{1}}}}};"), "nested too deeply"));
  CHECK(has(error_in_kernel(".reg .b32 %r; foo %r|2;"), "registers only"));
  CHECK(has(error_in_kernel("foo !*;"), "expected an operand"));
  CHECK(has(error_in_kernel("foo 1 2;"), "expected ';', found '2'"));
}

TEST_CASE("a call sequence: results, target, arguments, params of its own scope") {
  const Module m = parse(header + R"(
.extern .func (.param .b32 r) vprintf (.param .b64 a, .param .b64 b);
.entry k(.param .u64 param0) {
  .reg .b64 %rd<2>; .reg .b32 %r<2>;
  { .param .b64 param0; st.param.b64 [param0], %rd1;
    .param .align 8 .b8 param1[24];
    .param .b32 retval0;
    call.uni (retval0), vprintf, (param0, param1);
    ld.param.b32 %r1, [retval0+0]; }
  ld.param.u64 %rd1, [param0];
})");
  const Function& k = m.functions.at(1);
  REQUIRE(k.variables.size() == 3);
  CHECK(k.variables[1].name == "param1");
  CHECK(k.variables[1].bytes == 24);
  CHECK(k.variables[1].alignment == 8);
  CHECK(k.variables[1].space == Space::param);
  const Instruction& call = k.instructions.at(1);
  REQUIRE(call.operands.size() == 3);
  CHECK(call.operands[0].kind == Kind::tuple);
  CHECK(&variable_of(m, k, call.operands[0].elements[0]) == &k.variables[2]);
  CHECK(call.operands[1].kind == Kind::function);
  CHECK(call.operands[1].name == "vprintf");
  CHECK(&variable_of(m, k, call.operands[2].elements[0]) == &k.variables[0]);
  CHECK(&variable_of(m, k, k.instructions.back().operands[1].elements[0]) == &k.params[0]);
}

TEST_CASE("an indirect call carries its prototype") {
  const Module m = kernel(
      ".reg .b64 %rd<2>; .param .b32 a; .param .b32 r;\n"
      "prototype_0 : .callprototype (.param .b32 _) _ (.param .align 8 .b8 _[16]);\n"
      "call (r), %rd1, (a), prototype_0;");
  const Function& f = m.functions[0];
  REQUIRE(f.prototypes.size() == 1);
  const auto& o = f.instructions.at(0).operands;
  REQUIRE(o.size() == 4);
  CHECK(o[1].kind == Kind::reg);
  CHECK(o[3].kind == Kind::name);
  CHECK(o[3].name == "prototype_0");
  CHECK(o[3].index == 0);
}

TEST_CASE("a call may lack results and arguments") {
  const Module m = parse(header + ".func f() { ret; } .entry k() { call f; call.uni f, (); }");
  CHECK(m.functions[1].instructions[0].operands.size() == 1);
  CHECK(m.functions[1].instructions[1].operands.at(1).elements.empty());
}

TEST_CASE("branch targets are labels of the scope of their list") {
  const Module m = kernel(
      ".reg .b32 %r<2>;\n"
      "list: .branchtargets A, B, A;\n"
      "brx.idx %r1, list;\n"
      "A: trap; B: exit;");
  const Function& f = m.functions[0];
  CHECK(f.branch_targets.at(0).name == "list");
  CHECK(f.branch_targets[0].targets == std::vector<int>{1, 2, 1});
  CHECK(f.instructions[0].operands[1].kind == Kind::name);
  CHECK(f.instructions[0].operands[1].index == 0);
  CHECK(has(error_in_kernel("list: .branchtargets A;"), "there is no label 'A'"));
}

TEST_CASE("functions: results, params, forward declarations, recursion") {
  const Module m = parse(header + R"(
.func (.param .b32 out) f (.param .b32 a, .param .b64 b);
.visible .entry k() { .reg .b64 %rd<2>; mov.u64 %rd1, f; }
.func (.param .b32 out) f (.param .b32 a, .param .b64 b) .noreturn {
  .reg .b32 %r<2>; .local .align 16 .b8 __local_depot0[48]; .reg .b64 %SPL;
  mov.u64 %SPL, __local_depot0;
  ld.param.b32 %r1, [b];
  st.param.b32 [out+0], %r1;
  { .param .b32 p; .param .b32 q; call (q), f, (p, p); }
  ret;
}
)");
  REQUIRE(m.functions.size() == 2);
  const Function& f = m.functions[0];
  CHECK(f.name == "f");
  CHECK_FALSE(f.entry);
  CHECK_FALSE(f.external);
  CHECK(f.ptx_line == 7);
  CHECK(f.params.size() == 2);
  CHECK(f.results.at(0).name == "out");
  CHECK(f.results[0].space == Space::param);
  CHECK(f.instructions.size() == 5);
  CHECK(f.variables[0].space == Space::local);
  CHECK(f.variables[0].alignment == 16);
  CHECK(&variable_of(m, f, f.instructions[0].operands[1]) == &f.variables[0]);
  CHECK(&variable_of(m, f, f.instructions[1].operands[1].elements[0]) == &f.params[1]);
  CHECK(&variable_of(m, f, f.instructions[2].operands[0].elements[0]) == &f.results[0]);
  CHECK(m.functions[1].instructions[0].operands[1].kind == Kind::function);
}

TEST_CASE("an external function stays external, a second body is an error") {
  const Module m = parse(header + ".extern .func f (.param .b32 a) .noreturn ;\n.extern .func f (.param .b32 a);");
  REQUIRE(m.functions.size() == 1);
  CHECK(m.functions[0].external);
  CHECK(m.functions[0].params.size() == 1);
  CHECK(has(error_of(header + ".func f { }\n.func f { }"), "line 5: 'f' is defined twice"));
  CHECK(parse(header + ".func f { ret; }\n.func f;").functions[0].instructions.size() == 1);
}

TEST_CASE("parameters: .ptr and alignments in any order") {
  const Module m = parse(header + R"(.entry k(
  .param .u64 .ptr .global .align 1 a, .param .u64 .ptr .align 32 .shared b, .param .align 8 .b8 c[16],
  .param .b8 .align 4 d[12], .param .f32 e) { })");
  const auto& p = m.functions[0].params;
  REQUIRE(p.size() == 5);
  CHECK(p[0].type == "u64");
  CHECK(p[0].alignment == 8);  // .align behind .ptr is the pointee's
  CHECK(p[1].alignment == 8);
  CHECK(p[1].bytes == 8);
  CHECK(p[2].alignment == 8);
  CHECK(p[2].bytes == 16);
  CHECK(p[3].alignment == 4);
  CHECK(p[3].bytes == 12);
  CHECK(p[4].alignment == 4);
}

TEST_CASE("a kernel's launch bounds") {
  const Module m = parse(header +
                         ".entry a() .reqntid 128 { }\n.entry b() .reqntid 8, 4, 2 .minnctapersm 2 { }\n"
                         ".entry c() .maxntid 256, 2, 1 .maxnreg 64 .pragma \"nounroll\"; { }");
  CHECK(m.functions[0].required_block[0] == 128);
  CHECK(m.functions[0].required_block[1] == 1);
  CHECK(m.functions[1].required_block[2] == 2);
  CHECK(m.functions[1].max_threads == 0);
  CHECK(m.functions[2].max_threads == 512);
  CHECK(m.functions[2].required_block[0] == 0);
}

TEST_CASE("directives that are not supported are refused by name and line") {
  for (const char* directive : {".alias f, g;", ".tex .u64 t;", ".global .texref t;", ".global .surfref s;",
                                ".global .samplerref s;", ".local .b32 x;", ".const[2] .b32 x;"}) {
    const std::string error = error_of(header + directive);
    CHECK_MESSAGE(has(error, "PTX line 4"), error);
  }
  CHECK(has(error_of(header + ".alias f, g;"), "'.alias' is not supported"));
  CHECK(has(error_of(header + ".global .texref t;"), "'.texref' is not supported"));
  CHECK(parse(header + ".entry k() .reqnctapercluster 2, 1, 1 { }").functions.at(0).unsupported ==
        ".reqnctapercluster");
  CHECK(has(error_of(header + ".entry k() .nosuch 2 { }"), "'.nosuch' is not supported"));
  CHECK(has(error_of(".version 8.0 .target sm_80 .address_size 32"), "64"));
  CHECK(has(error_in_kernel(".tex .b32 x;"), "'.tex' is not supported in a function"));
  CHECK(has(error_in_kernel(".reg .v8 .f32 x;"), "'.v8'"));
}

TEST_CASE("sections are skipped, pragmas and empty statements too") {
  const Module m = parse(header +
                         ".entry k() { .pragma \"nounroll\"; ;; ret; }\n"
                         ".section .debug_str\n{\n$L__info_string0:\n.b8 95,90\n.b32 $L__a-$L__b+4\n{ }\n}\n"
                         ".section .debug_macinfo { }\n.pragma \"a\", \"b\";");
  CHECK(m.functions.at(0).instructions.size() == 1);
}

TEST_CASE("text that is not PTX") {
  CHECK(has(error_of(""), "this is not PTX"));
  CHECK(has(error_of("__global__ void k() {}"), "PTX line 1: this is not PTX"));
  CHECK(has(error_of(header + "hello"), "expected a directive, found 'hello'"));
  CHECK(has(error_of(header + ".entry k() {\nret;\n"), "the text ends inside the function 'k'"));
  CHECK(has(error_of(header + ".entry k() {\nret\n}"), "PTX line 6: expected an operand, found '}'"));
}
