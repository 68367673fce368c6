// Undefined values from where they start to where they matter: registers that nothing set, what travels with them, and
// the place that a finding names.

#include "vgpu/machine/checks/definedness.h"

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kFile = ".file 1 \"k.cu\"\n.file 2 \"helper.cuh\"\n";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The findings of one warp that runs `body`.
std::vector<Finding> findings_of(const std::string& body, const std::string& module = "") {
  CAPTURE(body);
  Machine m(kernel(".loc 1 2 1\n" + body, "", kFile + module));
  const Address in = m.zeros<uint64_t>("in", 64), out = m.zeros<uint64_t>("out", 64);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, in);
  CHECK(result.completed);
  return result.findings;
}

void check_one(const std::vector<Finding>& findings, int line, uint64_t count, const std::string& says) {
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == Finding::Kind::uninitialized);
  CHECK(findings[0].file == "k.cu");
  CHECK(findings[0].line == line);
  CHECK(findings[0].count == count);
  CHECK_MESSAGE(has(findings[0].message, says), findings[0].message);
}

}  // namespace

TEST_CASE("a register that nothing set is found where it was first used") {
  check_one(findings_of("\n.loc 1 5 1\nadd.u32 %r2, %r1, 1;\n.loc 1 9 1\nst.global.b32 [%o], %r2;"), 5, 32,
            "a local variable that was never given a value is used in line 5, and out[0] is given what comes of it");
  // Copies are no use of it.
  check_one(findings_of("mov.u32 %r2, %r1;\n.loc 1 6 1\nmul.lo.u32 %r3, %r2, 3;\n.loc 1 7 1\nst.global.b32 [%o], %r3;"),
            6, 32, "line 6");
  check_one(findings_of("\n.loc 1 7 1\nst.global.b32 [%o], %r1;"), 7, 32, "out[0] is given");
  check_one(findings_of("\n.loc 1 4 1\nsetp.eq.u32 %p1, %r1, 5;\n.loc 1 5 1\n@%p1 bra L; L:"), 4, 32,
            "the branch hangs on what comes of it");
  check_one(findings_of("\n.loc 1 4 1\nadd.u64 %rd2, %in, %rd1;\n.loc 1 5 1\nld.global.b32 %r1, [%rd2];"), 4, 32,
            "the address hangs on");
  check_one(findings_of("\n.loc 1 4 1\nred.global.add.u32 [%out], %r1;"), 4, 32,
            "out[0] is atomically updated with what comes of it");
}

TEST_CASE("a register that nothing set and nobody asks for is no finding") {
  CHECK(findings_of("add.u32 %r2, %r1, 1; mov.u32 %r2, 7; st.global.b32 [%o], %r2;").empty());
  CHECK(findings_of("setp.lt.u32 %p1, %t, 32; selp.b32 %r2, %t, %r1, %p1; st.global.b32 [%o], %r2;").empty());
  CHECK(findings_of("mov.u32 %r3, 0; and.b32 %r2, %r1, %r3; st.global.b32 [%o], %r2;").empty());
  CHECK(findings_of("setp.gt.u32 %p1, %t, 99; and.pred %p2, %p1, %p3; @%p2 bra L; L:").empty());
  CHECK(findings_of("setp.lt.u32 %p1, %t, 9; @%p1 mov.u32 %r1, 4; add.u32 %r2, %r1, 1; @%p1 st.global.b32 [%o], %r2;")
            .empty());
  CHECK(findings_of("mov.u32 %r3, 5; and.b32 %r2, %r1, %r3; st.global.b32 [%o], %r2;").size() == 1);
  CHECK(findings_of("setp.lt.u32 %p1, %t, 99; and.pred %p2, %p1, %p3; @%p2 bra L; L:").size() == 1);
}

TEST_CASE("of two halves in a register one may be undefined") {
  const std::string pack = "mov.u16 %rs1, 3; mov.b32 %r1, {%rs1, %rs2}; ";
  CHECK(findings_of(pack + "mov.b32 {%rs3, %rs4}, %r1; st.global.b16 [%o], %rs3;").empty());
  CHECK(findings_of(pack + "mov.b32 {%rs3, %rs4}, %r1; st.global.b16 [%o], %rs4;").size() == 1);
  CHECK(findings_of(pack +
                    "add.f16x2 %r2, %r1, %r1; shfl.sync.bfly.b32 %r3, %r2, 1, 31, -1; mov.b32 {%rs3, %rs4}, %r3; "
                    "st.global.b16 [%o], %rs3;")
            .empty());
  CHECK(findings_of(pack + "mov.b32 %r2, {%rs2, %rs1}; add.f16x2 %r3, %r1, %r2; mov.b32 {%rs3, %rs4}, %r3; "
                           "st.global.b16 [%o], %rs3;")
            .size() == 1);
  CHECK(findings_of(pack + "add.u32 %r2, %r1, 1; mov.b32 {%rs3, %rs4}, %r2; st.global.b16 [%o], %rs3;").size() == 1);
  CHECK(findings_of(pack + "st.global.b32 [%o], %r1;").size() == 1);
  // Through memory, where it is stored and loaded whole.
  const std::string tile = pack +
                           ".shared .align 4 .b32 s[32]; mov.u32 %r5, s; mad.lo.u32 %r5, %t, 4, %r5; "
                           "st.shared.b32 [%r5], %r1; ld.shared.b32 %r6, [%r5]; mov.b32 {%rs5, %rs6}, %r6; ";
  CHECK(findings_of(tile + "st.global.b16 [%o], %rs5;").empty());
  CHECK(findings_of(tile + "st.global.b16 [%o], %rs6;").size() == 1);
  CHECK(findings_of("mov.b64 %rd1, {%t, %r9}; mov.b64 {%r2, %r3}, %rd1; st.global.b32 [%o], %r2;").empty());
  CHECK(findings_of("mov.b64 %rd1, {%t, %r9}; mov.b64 {%r2, %r3}, %rd1; st.global.b32 [%o], %r3;").size() == 1);
}

TEST_CASE("only the lanes that did not set it are undefined") {
  check_one(findings_of("setp.lt.u32 %p1, %t, 20; @%p1 mov.u32 %r1, 4;\n.loc 1 8 1\nst.global.b32 [%o], %r1;"), 8, 12,
            "out[20] is given");
  // A loop's accumulator: the first round reads what nothing has set, and what is set from it is no better.
  check_one(findings_of("mov.u32 %r2, 0; L:\n.loc 1 3 1\nadd.u32 %r1, %r1, 2; add.u32 %r2, %r2, 1; setp.lt.u32 %p1, "
                        "%r2, 300; @%p1 bra L;\n.loc 1 4 1\nst.global.b32 [%o], %r1;"),
            3, 32, "line 3");
}

TEST_CASE("definedness goes through calls, two bytes at a time") {
  const std::string module =
      ".func (.param .b64 r) pick(.param .align 8 .b8 s[16])\n{\n.reg .b64 %x<3>;\nld.param.b64 %x1, [s+8]; "
      "st.param.b64 [r], %x1; ret;\n}\n";
  const auto call = [&](const char* first, const char* second) {
    return findings_of(std::string("mov.u64 %rd1, 1; { .param .align 8 .b8 a[16]; .param .b64 b; st.param.b64 [a], ") +
                           first + "; st.param.b64 [a+8], " + second +
                           "; call (b), pick, (a); ld.param.b64 %rd5, [b]; }\n.loc 1 8 1\nst.global.b64 [%o], %rd5;",
                       module);
  };
  CHECK(call("%rd2", "%rd1").empty());
  check_one(call("%rd1", "%rd2"), 8, 32, "out[0] is given");
}

TEST_CASE("a function's registers are unset at every call, and a call before leaves nothing behind") {
  const std::string module =
      ".func (.param .b32 r) f(.param .b32 n)\n{\n.reg .b32 %x<4>; .reg .pred %p;\nld.param.b32 %x1, [n]; setp.eq.u32 "
      "%p, %x1, 1; @%p mov.u32 %x2, 9;\n.loc 1 20 1\nadd.u32 %x3, %x2, 1; st.param.b32 [r], %x3; ret;\n}\n";
  const auto call = [](const char* n) {
    return std::string("{ .param .b32 a; .param .b32 b; st.param.b32 [a], ") + n +
           "; call (b), f, (a); ld.param.b32 %r5, [b]; }\n";
  };
  CHECK(findings_of(call("1") + "st.global.b32 [%o], %r5;", module).empty());
  check_one(findings_of(call("1") + call("2") + "st.global.b32 [%o], %r5;", module), 20, 32, "line 20");
  CHECK(findings_of(call("2") + call("1") + "st.global.b32 [%o], %r5;", module).empty());
}

TEST_CASE("a value keeps its first place through shared memory, a stack and an atomic") {
  const std::string memory =
      ".shared .align 4 .f32 first[32]; .shared .align 4 .f32 second[32]; .local .align 4 .b32 a[4];\n"
      "mov.u32 %r1, first; mov.u32 %r2, second; mad.lo.u32 %r1, %t, 4, %r1; mad.lo.u32 %r2, %t, 4, %r2;\n"
      "setp.ne.u32 %p1, %t, 7; @%p1 st.shared.f32 [%r1], 0f3F800000;\n";
  const std::string read = memory + ".loc 1 4 1\nld.shared.f32 %f1, [%r1];\n.loc 1 5 1\n";
  check_one(findings_of(read + "st.shared.f32 [%r2], %f1;\n.loc 1 6 1\nld.shared.f32 %f2, [%r2];\n.loc 1 7 1\n"
                               "st.global.f32 [%o], %f2;"),
            7, 1,
            "out[7] is given an undefined value: it comes from first[7] (shared), which nobody wrote, read in line 4");
  check_one(
      findings_of(read + "st.local.f32 [a], %f1;\n.loc 1 6 1\nld.local.f32 %f2, [a];\n.loc 1 7 1\nred.global.add.f32 "
                         "[%out], %f2;"),
      7, 1, "it comes from first[7] (shared), which nobody wrote, read in line 4");
  // A register that nothing set, which lay in shared memory in between.
  check_one(
      findings_of(memory + ".loc 1 5 1\nadd.f32 %f4, %f3, %f3; st.shared.f32 [%r2], %f4;\n.loc 1 6 1\nld.shared.f32 "
                           "%f2, [%r2]; st.global.f32 [%o], %f2;"),
      5, 32, "a local variable that was never given a value is used in line 5");
}

TEST_CASE("scratch carries origins into the next launch") {
  const std::string parameters = "(.param .u64 out, .param .u64 in)\n{\n" + std::string(kRegisters) +
                                 ".reg .b64 %out, %in; ld.param.u64 %out, [out]; ld.param.u64 %in, [in];\n"
                                 "mov.u32 %r1, %tid.x; mul.wide.u32 %rd1, %r1, 4; add.u64 %rd2, %in, %rd1;\n";
  Machine m(
      std::string(kHeader) + kFile + ".visible .entry first" + parameters +
      ".shared .align 4 .f32 sums[64]; mov.u32 %r2, sums; mad.lo.u32 %r2, %r1, 4, %r2;\n.loc 1 10 1\nld.shared.f32 "
      "%f1, [%r2+128]; st.global.f32 [%rd2], %f1; ret;\n}\n.visible .entry second" +
      parameters + ".loc 1 20 1\nld.global.f32 %f1, [%rd2];\n.loc 1 21 1\nst.global.f32 [%out], %f1; ret;\n}\n");
  const Address scratch = m.zeros<float>("scratch", 32, "float"), result = m.zeros<float>("result", 1, "float");
  m.gpu.mark_undefined(scratch, false);
  m.kernel = "first";
  CHECK(m.launch({1, 1, 1}, {1, 1, 1}, result, scratch).findings.empty());
  m.kernel = "second";
  check_one(m.launch({1, 1, 1}, {1, 1, 1}, result, scratch).findings, 21, 1,
            "result[0] is given an undefined value: it comes from sums[32] (shared), which nobody wrote, read in line "
            "10 of first");
  // Scratch that nobody stored to at all is its own origin, also where it was stored undefined before.
  m.gpu.mark_undefined(scratch, false);
  check_one(m.launch({1, 1, 1}, {1, 1, 1}, result, scratch).findings, 21, 1,
            "it comes from scratch[0], which nobody wrote, read in line 20");
}

TEST_CASE("findings in a header's function are shown at the call that the learner wrote") {
  const std::string module =
      ".shared .align 4 .f32 tile[32];\n.func (.param .b32 r) helper(.param .b64 p)\n{\n.reg .b32 %x<3>; .reg .f32 %f; "
      ".reg "
      ".b64 %p;\n.loc 2 40 1\nld.param.b64 %p, [p]; mov.u32 %x1, tile; ld.shared.f32 %f, [%x1]; st.global.f32 [%p], "
      "%f; "
      "st.param.f32 [r], %f; ret;\n}\n";
  check_one(findings_of("{ .param .b64 a; .param .b32 b; st.param.b64 [a], %o;\n.loc 1 12 3\ncall (b), helper, (a); "
                        "ld.param.f32 %f1, [b]; }",
                        module),
            12, 32, "which nobody wrote, read in line 12");
}

TEST_CASE("a shuffle from a lane that takes no part gives 0 and stays undefined, in all four modes") {
  struct Mode {
    const char* name;
    int b, c;
    uint32_t absent;  ///< of lanes 0 to 15: those whose source is among the others, in range
  };
  // Lanes 16 to 31 have returned. A source out of range gives the lane's own value, as ever.
  for (const Mode& mode :
       {Mode{"down", 8, 31, 0xff00}, Mode{"up", 8, 0, 0}, Mode{"bfly", 16, 31, 0xffff}, Mode{"idx", 20, 31, 0xffff}}) {
    CAPTURE(mode.name);
    const std::string body = "setp.gt.u32 %p1, %t, 15; @%p1 ret; add.u32 %r1, %t, 100; shfl.sync." +
                             std::string(mode.name) + ".b32 %r2|%p2, %r1, " + std::to_string(mode.b) + ", " +
                             std::to_string(mode.c) + ", 0xffffffff; st.global.b32 [%o], %r2;";
    Machine m(kernel(body));
    const Address out = m.zeros<uint64_t>("out", 32);
    const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
    const auto got = m.values<uint64_t>(out);
    for (uint32_t l = 0; l < 16; ++l) {
      if (mode.absent >> l & 1)
        CHECK(got[l] == 0);
      else
        CHECK(got[l] >= 100);
    }
    uint64_t undefined = 0;
    for (const Finding& f : result.findings) undefined += f.kind == Finding::Kind::uninitialized ? f.count : 0;
    CHECK(undefined == static_cast<uint64_t>(std::popcount(mode.absent)));
  }
}

TEST_CASE("a shuffle from a lane outside the mask, or within a narrow segment whose other lanes are gone") {
  // Even lanes shuffle among themselves: the odd ones run the same instruction later, with a mask of their own.
  Machine m(
      kernel("and.b32 %r1, %t, 1; setp.eq.u32 %p1, %r1, 0; selp.b32 %r2, 0x55555555, 0xaaaaaaaa, %p1; add.u32 %r3, "
             "%t, 100; shfl.sync.bfly.b32 %r4, %r3, 1, 31, %r2; shfl.sync.bfly.b32 %r5, %r3, 2, 31, %r2; "
             "st.global.b32 [%o], %r4; st.global.b32 [%o+4], %r5;"));
  const Address out = m.zeros<uint64_t>("out", 32);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  const auto got = m.values<uint64_t>(out);
  for (uint32_t l = 0; l < 32; ++l) CHECK(got[l] == uint64_t{(l ^ 2) + 100} << 32);
  uint64_t undefined = 0;
  for (const Finding& f : result.findings) undefined += f.count;
  CHECK(undefined == 32);
  // Width 8 (c = 0x181f): lanes 4 to 7 of a segment read past its end and keep their own value.
  Machine narrow(
      kernel("setp.gt.u32 %p1, %t, 7; @%p1 ret; add.u32 %r1, %t, 100; shfl.sync.down.b32 %r2, %r1, 4, 0x181f, "
             "0xff; st.global.b32 [%o], %r2;"));
  const Address to = narrow.zeros<uint64_t>("out", 32);
  narrow.run(1, 32, to, to);
  const auto values = narrow.values<uint64_t>(to);
  for (uint32_t l = 0; l < 8; ++l) CHECK(values[l] == (l < 4 ? l + 104 : l + 100));
}

TEST_CASE("an undefined source lane spoils the shuffle's result, an undefined vote all lanes") {
  check_one(findings_of("\n.loc 1 5 1\nshfl.sync.idx.b32 %r2, %t, %r1, 31, -1; st.global.b32 [%o], %r2;"), 5, 32,
            "line 5");
  check_one(
      findings_of("setp.lt.u32 %p2, %t, 31; @%p2 setp.lt.u32 %p1, %t, 4;\n.loc 1 5 1\nvote.sync.ballot.b32 %r2, %p1, "
                  "-1; st.global.b32 [%o], %r2;"),
      5, 32, "line 5");
}
