// Calls of device functions: arguments and results of every size, recursion, function pointers, stacks.

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const std::vector<uint64_t> kNone32(32);

const char* const kFactorial =
    ".func (.param .b64 r) fact(.param .b32 n)\n{\n.reg .b32 %n, %m; .reg .b64 %v, %w; .reg .pred %p;\n"
    "ld.param.b32 %n, [n]; mov.u64 %v, 1; setp.le.u32 %p, %n, 1; @%p bra DONE; sub.u32 %m, %n, 1;\n"
    "{ .param .b32 a; .param .b64 b; st.param.b32 [a], %m; call.uni (b), fact, (a); ld.param.b64 %v, [b]; }\n"
    "cvt.u64.u32 %w, %n; mul.lo.u64 %v, %v, %w;\nDONE: st.param.b64 [r], %v; ret;\n}\n";

const char* const kPair =
    ".func (.param .b32 r) plus(.param .b32 a)\n{ .reg .b32 %a; ld.param.b32 %a, [a]; add.u32 %a, %a, 1000; "
    "st.param.b32 [r], %a; ret; }\n"
    ".func (.param .b32 r) times(.param .b32 a)\n{ .reg .b32 %a; ld.param.b32 %a, [a]; mul.lo.u32 %a, %a, 3; "
    "st.param.b32 [r], %a; ret; }\n";

}  // namespace

TEST_CASE("a call passes and returns every size, signs and vectors as they are") {
  struct Size {
    const char* type;
    const char* reg;
    int bits;
  };
  for (const Size size : {Size{"b8", "rs", 8}, Size{"b16", "rs", 16}, Size{"b32", "r", 32}, Size{"b64", "rd", 64}}) {
    const std::string function = with(
        ".func (.param .{t} r) same(.param .{t} a)\n{ .reg .b16 %rs1; .reg .b32 %r1; .reg .b64 %rd1;"
        "ld.param.{t} %{r}1, [a]; st.param.{t} [r], %{r}1; ret; }\n",
        {{"t", size.type}, {"r", size.reg}});
    const std::string body = with(
        "ld.global.{t} %{r}1, [%i]; { .param .{t} x; .param .{t} y; st.param.{t} [x], %{r}1;"
        "call (y), same, (x); ld.param.{t} %{r}2, [y]; } st.global.{t} [%o], %{r}2;",
        {{"t", size.type}, {"r", size.reg}});
    const auto in = lanes([](uint32_t l) { return 0x9e3779b97f4a7c15u * (l + 1); });
    const uint64_t mask = size.bits == 64 ? ~uint64_t{0} : (uint64_t{1} << size.bits) - 1;
    CHECK(run_warp_of(body, in, function) == lanes([&](uint32_t l) { return in[l] & mask; }));
  }
}

TEST_CASE("a struct by value, in and out, a function without arguments or result") {
  const std::string module =
      ".global .align 4 .b32 calls = 0;\n"
      ".func (.param .align 8 .b8 r[24]) turn(.param .align 8 .b8 s[24], .param .b32 by)\n{\n.reg .b64 %a, %b, %c; "
      ".reg .b32 %k, %l;\n"
      "ld.param.v2.b64 {%a, %b}, [s]; ld.param.b32 %k, [s+16]; ld.param.b32 %l, [by]; add.u32 %k, %k, %l;\n"
      "st.param.b64 [r], %b; st.param.b64 [r+8], %a; st.param.b32 [r+16], %k; st.param.b8 [r+20], 7; ret;\n}\n"
      ".func count() { red.global.add.u32 [calls], 1; }\n";
  const std::string body =
      "ld.global.b64 %rd1, [%i]; call count; { .param .align 8 .b8 x[24]; .param .b32 n; .param .align 8 .b8 y[24]; "
      "st.param.b64 [x], %rd1;"
      "st.param.b64 [x+8], 50; st.param.b32 [x+16], %t; st.param.b32 [n], 100; call (y), turn, (x, n); ld.param.v2.b64 "
      "{%rd2, %rd3}, [y];"
      "ld.param.b32 %r1, [y+16]; ld.param.b8 %rs1, [y+20]; } call.uni count; sub.u64 %rd4, %rd3, %rd2; cvt.u64.u32 "
      "%rd5, %r1; add.u64 %rd4, %rd4, %rd5;"
      "cvt.u64.u16 %rd6, %rs1; add.u64 %rd4, %rd4, %rd6; ld.volatile.global.b32 %r2, [calls]; cvt.u64.u32 %rd7, %r2; "
      "shl.b64 "
      "%rd7, %rd7, 32; or.b64 %rd4, %rd4, %rd7;"
      "st.global.b64 [%o], %rd4;";
  CHECK(run_warp_of(body, lanes([](uint32_t l) { return 1000 * l + 60; }), module) ==
        lanes([](uint32_t l) { return uint64_t{64} << 32 | (1000 * l + 60 - 50 + l + 100 + 7); }));
}

TEST_CASE("recursion whose depth differs from lane to lane") {
  const std::string body =
      "and.b32 %r1, %t, 15; { .param .b32 n; .param .b64 f; st.param.b32 [n], %r1; call (f), fact, (n);"
      "ld.param.b64 %rd1, [f]; } st.global.b64 [%o], %rd1; activemask.b32 %r2; setp.eq.u32 %p1, %r2, -1; @!%p1 trap;";
  CHECK(run_warp_of(body, kNone32, kFactorial) == lanes([](uint32_t l) {
          uint64_t product = 1;
          for (uint64_t i = 2; i <= l % 16; ++i) product *= i;
          return product;
        }));
}

TEST_CASE("guarded and divergent calls: the other lanes keep their registers") {
  const std::string body =
      "mov.u32 %r1, 5; setp.lt.u32 %p1, %t, 10; .param .b32 x; .param .b32 y; st.param.b32 [x], %t; st.param.b32 [y], "
      "9;"
      "@%p1 call (y), plus, (x); ld.param.b32 %r1, [y]; st.global.b32 [%o], %r1;";
  CHECK(run_warp_of(body, kNone32, kPair) == lanes([](uint32_t l) { return l < 10 ? l + 1000 : 9; }));
  const std::string arms =
      ".param .b32 x; .param .b32 y; st.param.b32 [x], %t; setp.lt.u32 %p1, %t, 10; @%p1 bra A; call (y), times, (x);"
      "bra END; A: call (y), plus, (x); END: ld.param.b32 %r1, [y]; st.global.b32 [%o], %r1;";
  CHECK(run_warp_of(arms, kNone32, kPair) == lanes([](uint32_t l) { return l < 10 ? l + 1000 : 3 * l; }));
}

TEST_CASE("a call through a table of functions in memory, and through an address taken in code") {
  const std::string module = std::string(kPair) + ".global .align 8 .u64 table[2] = {plus, times};\n";
  const std::string proto = "P: .callprototype (.param .b32 _) _ (.param .b32 _);";
  const std::string body =
      proto +
      "and.b32 %r1, %t, 1; mul.wide.u32 %rd1, %r1, 8; mov.u64 %rd2, table; add.u64 %rd1, %rd1, %rd2; ld.global.b64 "
      "%rd3, [%rd1];"
      "{ .param .b32 x; .param .b32 y; st.param.b32 [x], %t; call (y), %rd3, (x), P; ld.param.b32 %r2, [y]; }"
      "activemask.b32 %r3; st.global.v2.b32 [%o], {%r2, %r3};";
  CHECK(run_warp_of(body, kNone32, module) ==
        lanes([](uint32_t l) { return uint64_t{0xffffffff} << 32 | (l % 2 ? 3 * l : l + 1000); }));
  const std::string taken = proto +
                            "mov.u64 %rd3, times; { .param .b32 x; .param .b32 y; st.param.b32 [x], %t; call (y), "
                            "%rd3, (x), P; ld.param.b32 %r2, [y]; }"
                            "st.global.b32 [%o], %r2;";
  CHECK(run_warp_of(taken, kNone32, kPair) == lanes([](uint32_t l) { return 3 * l; }));
}

TEST_CASE("a call through what is no function is a finding") {
  Machine m(kernel("P: .callprototype _ (); mov.u64 %rd1, 0x1234; call %rd1, P;"));
  const Address out = m.zeros<uint64_t>("out", 32);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::trap);
  CHECK(result.findings[0].message.find("0x1234") != std::string::npos);
}

TEST_CASE("each depth of a recursion has local memory of its own") {
  // sum(n): a local word holds n over the recursive call.
  const std::string module =
      ".func (.param .b32 r) sum(.param .b32 n)\n{\n.local .align 8 .b8 depot[8]; .reg .b32 %n, %m, %v; .reg .b64 %d; "
      ".reg .pred %p;\n"
      "mov.u64 %d, depot; ld.param.b32 %n, [n]; st.local.b32 [%d+4], %n; mov.u32 %v, 0; setp.eq.u32 %p, %n, 0; @%p bra "
      "DONE; sub.u32 %m, %n, 1;\n"
      "{ .param .b32 a; .param .b32 b; st.param.b32 [a], %m; call (b), sum, (a); ld.param.b32 %v, [b]; }\n"
      "ld.local.b32 %m, [depot+4]; add.u32 %v, %v, %m;\nDONE: st.param.b32 [r], %v; ret;\n}\n";
  const std::string body =
      ".local .b32 mine[2]; st.local.b32 [mine], 7; { .param .b32 x; .param .b32 y; st.param.b32 [x], %t; call (y), "
      "sum, (x); ld.param.b32 %r1, [y]; }"
      "ld.local.b32 %r2, [mine]; mad.lo.u32 %r1, %r2, 1000, %r1; st.global.b32 [%o], %r1;";
  CHECK(run_warp_of(body, kNone32, module) == lanes([](uint32_t l) { return 7000 + l * (l + 1) / 2; }));
}

TEST_CASE("special registers, constants and barriers inside a function") {
  const std::string module =
      ".shared .b32 s[64];\n"
      ".func (.param .b32 r) other(.param .b32 v)\n{\n.reg .b32 %a<9>;\nld.param.b32 %a1, [v]; mov.u32 %a2, %tid.x; "
      "mov.u32 %a3, s;"
      "mad.lo.u32 %a4, %a2, 4, %a3; st.shared.b32 [%a4], %a1; bar.sync 0; xor.b32 %a5, %a2, 63; mad.lo.u32 %a6, %a5, "
      "4, %a3;"
      "ld.shared.b32 %a7, [%a6]; mov.u32 %a8, %ctaid.x; mad.lo.u32 %a7, %a8, 1000, %a7; st.param.b32 [r], %a7; "
      "ret;\n}\n";
  Machine m(
      kernel("mov.u32 %r2, %tid.x; { .param .b32 x; .param .b32 y; st.param.b32 [x], %r2; call (y), other, (x); "
             "ld.param.b32 %r1, [y]; } st.global.b32 [%o], %r1;",
             "", module));
  const Address out = m.zeros<uint64_t>("out", 128);
  m.run(2, 64, out, out);
  for (uint64_t t = 0; t < 128; ++t) CHECK(m.values<uint64_t>(out)[t] == t / 64 * 1000 + 63 - t % 64);
}

TEST_CASE("exit inside a function ends the thread") {
  const std::string module =
      ".func leave(.param .b32 n) { .reg .b32 %n; .reg .pred %p; ld.param.b32 %n, [n]; setp.lt.u32 %p, %n, 4; @%p "
      "exit; ret; }\n";
  CHECK(run_warp_of(
            "{ .param .b32 x; st.param.b32 [x], %t; call leave, (x); } activemask.b32 %r1; st.global.b32 [%o], %r1;",
            kNone32, module) == lanes([](uint32_t l) { return l < 4 ? 0 : 0xfffffff0u; }));
}

TEST_CASE("endless recursion is a finding, whatever the size of its frame") {
  for (const int registers : {1, 600}) {
    const std::string module = ".file 1 \"r.cu\"\n.func (.param .b64 r) down(.param .b64 n)\n{\n.reg .b64 %x<" +
                               std::to_string(registers + 1) +
                               ">;\nld.param.b64 %x1, [n];\n.loc 1 4 2\n{ .param .b64 a; .param .b64 b; st.param.b64 "
                               "[a], %x1; call (b), down, (a); ld.param.b64 %x1, [b]; }\n"
                               "st.param.b64 [r], %x1; ret;\n}\n";
    Machine m(kernel("{ .param .b64 x; .param .b64 y; st.param.b64 [x], 1; call (y), down, (x); }", "", module));
    const Address out = m.zeros<uint64_t>("out", 32);
    const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
    CHECK_FALSE(result.completed);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::stack_overflow);
    CHECK(result.findings[0].line == 4);
    CHECK(result.findings[0].count == 32);
  }
  const std::string local = ".func eat() { .local .b8 big[4096]; st.local.b8 [big], 1; call eat; }\n";
  Machine m(kernel("call eat;", "", local));
  const Address out = m.zeros<uint64_t>("out", 32);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::stack_overflow);
}

TEST_CASE("assert: the message, the function and the line, the launch ends") {
  const std::string module =
      ".extern .func __assertfail(.param .b64 m, .param .b64 f, .param .b32 l, .param .b64 fn, .param .b64 c);\n.file "
      "1 \"a.cu\"\n"
      ".global .align 1 .b8 msg[6] = {105, 32, 60, 32, 110, 0};\n.global .align 1 .b8 file[5] = {97, 46, 99, 117, "
      "0};\n.global .align 1 .b8 fun[3] = {107, 40, 0};\n";
  const std::string body =
      "setp.ge.u32 %p1, %t, 30; @!%p1 bra END; { .param .b64 a; .param .b64 b; .param .b32 c; .param .b64 d; .param "
      ".b64 e;"
      "mov.u64 %rd1, msg; cvta.global.u64 %rd1, %rd1; st.param.b64 [a], %rd1; mov.u64 %rd2, file; st.param.b64 [b], "
      "%rd2; st.param.b32 [c], 12;"
      "mov.u64 %rd3, fun; st.param.b64 [d], %rd3; st.param.b64 [e], 1;\n.loc 1 12 3\ncall __assertfail, (a, b, c, d, "
      "e); }\nEND:";
  Machine m(kernel(body, "", module));
  const Address out = m.zeros<uint64_t>("out", 32);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::assertion);
  CHECK(result.findings[0].message.find("`i < n` failed in k(") != std::string::npos);
  CHECK(result.findings[0].line == 12);
  CHECK(result.findings[0].count == 2);
  CHECK(result.findings[0].thread == Dim3{30, 0, 0});
}

TEST_CASE(
    "arguments and results in registers: several, numbers, vectors, under a guard, at every depth of a recursion") {
  const std::string factorial =
      ".func (.reg .u64 v) fact(.reg .u32 n)\n{\n.reg .u32 m; .reg .u64 w; .reg .pred p;\n"
      "mov.u64 v, 1; setp.le.u32 p, n, 1; @p ret; sub.u32 m, n, 1; call.uni (v), fact, (m);\n"
      "cvt.u64.u32 w, n; mul.lo.u64 v, v, w; ret;\n}\n";
  CHECK(run_warp_of("and.b32 %r1, %t, 15; call (%rd1), fact, (%r1); st.global.b64 [%o], %rd1;", kNone32, factorial) ==
        lanes([](uint32_t l) {
          uint64_t product = 1;
          for (uint32_t n = 2; n <= (l & 15); ++n) product *= n;
          return product;
        }));
  const std::string both =
      ".func (.reg .u32 sum, .reg .v2 .u32 rest) both(.reg .u32 a, .reg .v2 .u32 b)\n{\n"
      "add.u32 sum, a, b.x; sub.u32 rest.x, a, b.y; mov.u32 rest.y, a;\n}\n";
  const std::string body =
      ".reg .v2 .u32 v, w; mov.u32 v.x, 7; mov.u32 v.y, %t; setp.ge.u32 %p1, %t, 4; mov.u32 %r1, 9; mov.b64 w, 0;"
      "@%p1 call (%r1, w), both, (100, v); add.u32 %r1, %r1, w.x; add.u32 %r1, %r1, w.y; cvt.u64.u32 %rd1, %r1;"
      "st.global.b64 [%o], %rd1;";
  CHECK(run_warp_of(body, kNone32, both) == lanes([](uint32_t l) { return l < 4 ? 9 : 107 + (100 - l) + 100; }));
  const std::string pointer =
      "mov.u64 %rd1, fact; proto: .callprototype (.reg .u64 _) _ (.reg .u32 _); mov.u32 %r1, 5;"
      "call (%rd2), %rd1, (%r1), proto; st.global.b64 [%o], %rd2;";
  CHECK(run_warp_of(pointer, kNone32, factorial) == lanes([](uint32_t) { return 120; }));
}
