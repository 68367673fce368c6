// Branches, loops, spinning, and what ends a kernel early.

#include <atomic>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const std::vector<uint64_t> kNone32(32);

}  // namespace

TEST_CASE("if and else: each lane runs its own arm, and all go on together") {
  const std::string body =
      "and.b32 %r1, %t, 3; setp.eq.u32 %p1, %r1, 0; setp.eq.u32 %p2, %r1, 1; mov.u32 %r2, 5;"
      "@%p1 bra A; @%p2 bra B; add.u32 %r2, %r2, 1; bra END; A: add.u32 %r2, %r2, 10; bra END;"
      "B: mul.lo.u32 %r2, %r2, 100; END: activemask.b32 %r3; st.global.v2.b32 [%o], {%r2, %r3};";
  CHECK(run_warp_of(body, kNone32) == lanes([](uint32_t l) {
          const uint64_t value = l % 4 == 0 ? 15 : l % 4 == 1 ? 500 : 6;
          return uint64_t{0xffffffff} << 32 | value;
        }));
  CHECK(run_warp_of("setp.lt.u32 %p1, %t, 7; mov.u32 %r1, 1; @!%p1 bra X; mov.u32 %r1, 2; X: st.global.b32 [%o], %r1;",
                    kNone32) == lanes([](uint32_t l) { return l < 7 ? 2 : 1; }));
}

TEST_CASE("nested loops whose trip counts differ, with a break and a continue") {
  // sum of i*j over i < lane, j < i, leaving the inner loop where i*j > 50, skipping odd j.
  const std::string body =
      "mov.u32 %r1, 0; mov.u32 %r2, 0; OUTER: setp.ge.u32 %p1, %r1, %t; @%p1 bra END; mov.u32 %r3, 0;"
      "INNER: setp.ge.u32 %p2, %r3, %r1; @%p2 bra NEXT; mul.lo.u32 %r4, %r1, %r3; setp.gt.u32 %p3, %r4, 50;"
      "@%p3 bra NEXT; and.b32 %r5, %r3, 1; setp.ne.u32 %p4, %r5, 0; @%p4 bra SKIP; add.u32 %r2, %r2, %r4;"
      "SKIP: add.u32 %r3, %r3, 1; bra INNER; NEXT: add.u32 %r1, %r1, 1; bra OUTER;"
      "END: activemask.b32 %r6; st.global.v2.b32 [%o], {%r2, %r6};";
  CHECK(run_warp_of(body, kNone32) == lanes([](uint32_t l) {
          uint64_t sum = 0;
          for (uint32_t i = 0; i < l; ++i) {
            for (uint32_t j = 0; j < i && i * j <= 50; ++j) sum += j % 2 == 0 ? i * j : 0;
          }
          return uint64_t{0xffffffff} << 32 | sum;
        }));
}

TEST_CASE("brx.idx: every lane takes its own entry") {
  const std::string body =
      "and.b32 %r1, %t, 3; mov.u32 %r2, 7; T: .branchtargets A, B, C, A; {g}brx.idx %r1, T; {e}"
      "A: add.u32 %r2, %r2, 1; bra END; B: add.u32 %r2, %r2, 2; C: add.u32 %r2, %r2, 4;"
      "END: activemask.b32 %r3; st.global.v2.b32 [%o], {%r2, %r3};";
  const auto expected = [](uint32_t l) {
    constexpr uint64_t kValues[] = {8, 13, 11, 8};
    return uint64_t{0xffffffff} << 32 | kValues[l % 4];
  };
  CHECK(run_warp_of(with(body, {{"g", ""}, {"e", ""}}), kNone32) == lanes(expected));
  CHECK(
      run_warp_of(with(body, {{"g", "setp.lt.u32 %p1, %t, 9; @%p1 "}, {"e", "mov.u32 %r2, 60; bra END;"}}), kNone32) ==
      lanes([&](uint32_t l) { return l < 9 ? expected(l) : uint64_t{0xffffffff} << 32 | 60; }));
  CHECK(run_warp_of(with(body, {{"g", "mov.u32 %r1, 1; "}, {"e", ""}}), kNone32) ==
        lanes([](uint32_t) { return uint64_t{0xffffffff} << 32 | 13; }));
}

TEST_CASE("guarded ret and exit end only the guarded lanes") {
  for (const char* end : {"ret", "exit"}) {
    const std::string body = with(
        "st.global.b32 [%o], 1; setp.lt.u32 %p1, %t, 9; @%p1 {e}; activemask.b32 %r3;"
        "st.global.v2.b32 [%o], {2, %r3};",
        {{"e", end}});
    CHECK(run_warp_of(body, kNone32) == lanes([](uint32_t l) { return l < 9 ? 1 : uint64_t{0xfffffe00} << 32 | 2; }));
  }
  // Falling off the end is a return, also for a label there.
  CHECK(run_warp_of("st.global.b32 [%o], 1; setp.lt.u32 %p1, %t, 9; @%p1 bra END; st.global.b32 [%o], 2; END:",
                    kNone32) == lanes([](uint32_t l) { return l < 9 ? 1 : 2; }));
}

TEST_CASE("a branch whose guard is overwritten by what follows") {
  const std::string body =
      "mov.u32 %r1, 0; L: add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, %t; @%p1 bra L;"
      "st.global.b32 [%o], %r1;";
  CHECK(run_warp_of(body, kNone32) == lanes([](uint32_t l) { return l == 0 ? 1 : l; }));
}

TEST_CASE("the lanes of a warp take a spin lock one after the other") {
  // As NVRTC lays it out: whoever gets the lock leaves the loop forwards; the others go back.
  const std::string simple =
      "L: atom.global.cas.b32 %r1, [%out], 0, 1; setp.ne.u32 %p1, %r1, 0; @%p1 bra L;"
      "ld.volatile.global.b32 %r2, [%out+8]; add.u32 %r2, %r2, 1; st.volatile.global.b32 [%out+8], %r2;"
      "membar.gl; atom.global.exch.b32 %r3, [%out], 0;";
  // With a flag, the critical section inside the loop.
  const std::string flagged =
      "mov.u32 %r5, 0; L: atom.global.cas.b32 %r1, [%out], 0, 1; setp.ne.u32 %p1, %r1, 0; @%p1 bra NO;"
      "ld.volatile.global.b32 %r2, [%out+8]; add.u32 %r2, %r2, 1; st.volatile.global.b32 [%out+8], %r2;"
      "membar.gl; mov.u32 %r5, 1; atom.global.exch.b32 %r3, [%out], 0; NO: setp.eq.u32 %p2, %r5, 0; @%p2 bra L;";
  for (const std::string& body : {simple, flagged}) {
    Machine m(kernel(body));
    const Address out = m.zeros<uint64_t>("out", 2);
    m.run(3, 100, out, out);
    CHECK(m.values<uint64_t>(out) == std::vector<uint64_t>{0, 300});
  }
}

TEST_CASE("one lane spins for another of its warp, whichever comes first in the text") {
  for (const char* who : {"lt", "ge"}) {
    const std::string body = with(
        "setp.{w}.u32 %p1, %t, 16; @%p1 bra WRITE; WAIT: ld.volatile.global.b32 %r1, [%out+8];"
        "setp.eq.u32 %p2, %r1, 0; @%p2 bra WAIT; add.u32 %r1, %r1, 1; st.global.b32 [%out], %r1; ret;"
        "WRITE: st.volatile.global.b32 [%out+8], 41;",
        {{"w", who}});
    CHECK(run_warp_of(body, kNone32)[0] == 42);
  }
}

TEST_CASE("a warp spins for another warp of its block") {
  // The waiting warp comes first; the loop's body diverges in every iteration in the second form.
  for (const char* inside :
       {"", "setp.lt.u32 %p3, %t, 7; @%p3 bra ODD; add.u32 %r3, %r3, 1; bra BACK; ODD: add.u32 %r3, %r3, 2; BACK:"}) {
    const std::string body = with(
        "setp.ge.u32 %p1, %t, 32; @%p1 bra WRITE; WAIT: {i} ld.volatile.global.b32 %r1, [%out+8];"
        "setp.eq.u32 %p2, %r1, 0; @%p2 bra WAIT; add.u32 %r1, %r1, 1; st.global.b32 [%out], %r1; ret;"
        "WRITE: st.volatile.global.b32 [%out+8], 41;",
        {{"i", inside}});
    Machine m(kernel(body));
    const Address out = m.zeros<uint64_t>("out", 2);
    m.run(1, 64, out, out);
    CHECK(m.values<uint64_t>(out)[0] == 42);
  }
}

TEST_CASE("blocks: a consumer spins for a producer that starts later, a chain of blocks, the last block done") {
  const std::string chain =
      "WAIT: ld.acquire.gpu.global.b32 %r1, [%out]; sub.u32 %r2, 9, %tc;"
      "setp.ne.u32 %p2, %r1, %r2; @%p2 bra WAIT; add.u32 %r1, %r1, 1; st.release.gpu.global.b32 [%out], %r1;";
  Machine m(kernel(chain));
  const Address out = m.zeros<uint32_t>("out", 1);
  m.run(10, 1, out, out);  // the last block has to go first
  CHECK(m.values<uint32_t>(out)[0] == 10);

  // Every block adds its part, the one that counts to the end reads them all.
  const std::string last =
      ".shared .b32 flag; setp.ne.u32 %p1, %t, %t; mov.u32 %r9, %tid.x; setp.eq.u32 %p1, %r9, 0;"
      "mul.wide.u32 %rd1, %tc, 4; add.u64 %rd1, %in, %rd1; add.u32 %r1, %tc, 1;"
      "@!%p1 bra WAIT; st.global.b32 [%rd1], %r1; membar.gl; atom.global.inc.u32 %r2, [%out], 24;"
      "setp.eq.u32 %p2, %r2, 24; selp.u32 %r3, 1, 0, %p2; st.shared.b32 [flag], %r3; WAIT: bar.sync 0;"
      "ld.shared.b32 %r4, [flag]; setp.eq.u32 %p3, %r4, 0; @%p3 ret; setp.ge.u32 %p4, %r9, 25; @%p4 ret;"
      "mul.wide.u32 %rd1, %r9, 4; add.u64 %rd1, %in, %rd1; ld.volatile.global.b32 %r5, [%rd1];"
      "red.global.add.u32 [%out+4], %r5;";
  Machine n(kernel(last));
  const Address parts = n.zeros<uint32_t>("parts", 25), sum = n.zeros<uint32_t>("sum", 2);
  n.run(25, 64, sum, parts);
  CHECK(n.values<uint32_t>(sum) == std::vector<uint32_t>{0, 325});
}

TEST_CASE("blocks that wait with all their warps, by barriers within the loop, give way after a few rounds") {
  // One thread looks and tells its block, as Triton's compiler has it; the second warp does something of its own.
  const std::string body =
      ".shared .b32 flag; mov.u32 %r9, %tid.x; setp.eq.u32 %p1, %r9, 0; setp.eq.u32 %p3, %r9, 32; mov.u32 %r5, 0;"
      "@%p1 red.global.add.u32 [%out], 1;\n.loc 1 7 3\n"
      "WAIT: bar.sync 0; @%p1 ld.acquire.gpu.global.b32 %r1, [%out]; @%p1 st.shared.b32 [flag], %r1; {other}"
      "bar.sync 0; ld.shared.b32 %r2, [flag]; setp.lt.u32 %p2, %r2, {wanted}; @%p2 bra WAIT;"
      "\n.loc 1 9 3\n@%p1 red.global.add.u32 [%out+4], 1;";
  const auto run = [&](const char* other, const char* wanted, uint32_t blocks) {
    Machine m(kernel(with(body, {{"other", other}, {"wanted", wanted}}), "", ".file 1 \"wait.cu\"\n"));
    const Address out = m.zeros<uint32_t>("out", 2);
    LaunchResult result = m.launch({blocks, 1, 1}, {64, 1, 1}, out, out);
    return std::pair(result, m.values<uint32_t>(out)[1]);
  };
  const auto [met, count] = run("", "40", 40);
  CHECK(met.findings.empty());
  CHECK(count == 40);
  CHECK(met.warp_instructions < 100'000);

  const auto [vain, none] = run("", "41", 40);
  CHECK_FALSE(vain.completed);
  CHECK(none == 0);
  REQUIRE(vain.findings.size() == 1);
  CHECK(vain.findings[0].kind == Finding::Kind::timeout);
  CHECK(vain.findings[0].line == 7);
  CHECK(vain.findings[0].message.find("waits for ever") != std::string::npos);
  CHECK(vain.warp_instructions < 5'000'000);

  // What the looking thread waits for comes from its own block after many rounds.
  const auto [late, once] =
      run("@%p3 add.u32 %r5, %r5, 1; setp.eq.u32 %p4, %r5, 9000; @%p4 red.global.add.u32 [%out], 1;", "2", 1);
  CHECK(late.findings.empty());
  CHECK(once == 1);
}

TEST_CASE("an endless loop ends the launch with a finding at the loop's line") {
  struct Loop {
    const char* what;
    const char* text;
  };
  constexpr Loop kLoops[] = {
      {"plain", "L: add.u32 %r1, %r1, 1;\n bra L;"},
      {"guarded", "setp.lt.u32 %p1, %t, 3;\n L: add.u32 %r1, %r1, 1;\n @%p1 bra L;"},
      {"diverges in every iteration",
       "setp.lt.u32 %p1, %t, 7;\n L: @%p1 bra A; add.u32 %r1, %r1, 1; bra B; A: add.u32 %r1, %r1, 2; B: bra L;"},
      {"holds a barrier", "L: bar.sync 0; bra L;"},
      {"holds a shuffle", "L: shfl.sync.idx.b32 %r1, %r1, 0, 31, -1; bra L;"},
      {"two arms that never meet",
       "setp.lt.u32 %p1, %t, 7;\n @%p1 bra A; L: add.u32 %r1, %r1, 1; bra L; A: add.u32 %r1, %r1, 2; bra A;"},
      {"calls", "L: call f; bra L;"},
      {"jumps through a table", "T: .branchtargets L, L; mov.u32 %r2, 0; L: add.u32 %r1, %r1, 1; brx.idx %r2, T;"}};
  for (const Loop& loop : kLoops) {
    CAPTURE(loop.what);
    Machine m(kernel(std::string(".loc 1 5 1\n st.global.b32 [%o], 1;\n.loc 1 6 3\n") + loop.text +
                         "\n.loc 1 8 3\n st.global.b32 [%o], 2;",
                     "", ".file 1 \"spin.cu\"\n.func f() {\n.loc 1 6 20\n ret; }\n"));
    m.limits.warp_steps = 200'000;
    const Address out = m.zeros<uint64_t>("out", 64);
    const LaunchResult result = m.launch({1, 1, 1}, {64, 1, 1}, out, out);
    CHECK_FALSE(result.completed);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::timeout);
    CHECK(result.findings[0].file == "spin.cu");
    CHECK(result.findings[0].line == 6);
    CHECK(m.values<uint64_t>(out)[0] == 1);
  }
}

TEST_CASE("a long loop that ends is no finding") {
  const std::string body =
      "mov.u32 %r1, 0; L: add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 300000; @%p1 bra L; st.global.b32 [%o], %r1;";
  CHECK(run_warp_of(body, kNone32)[31] == 300000);
}

TEST_CASE("the budget of the whole launch") {
  Machine m(kernel("mov.u32 %r1, 0; L: add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 1000; @%p1 bra L;"));
  m.limits.total_steps = 20'000;
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.launch({100, 1, 1}, {32, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::timeout);
  CHECK(result.findings[0].message.find("20000") != std::string::npos);
  CHECK(result.warp_instructions > 20'000);
  CHECK(result.warp_instructions < 30'000);
}

TEST_CASE("the budget holds within a block too, whose loop is named where no block has ended yet") {
  Machine m(kernel("mov.u32 %r1, 0; L: add.u32 %r1, %r1, 1; setp.lt.u32 %p1, %r1, 10000000; @%p1 bra L;"));
  m.limits.total_steps = 200'000;
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.launch({4, 1, 1}, {64, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  CHECK_FALSE(result.over_budget);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::timeout);
  CHECK(result.findings[0].message.find("this loop goes on") != std::string::npos);
  CHECK(result.warp_instructions < 400'000);
}

TEST_CASE("a grid that no budget could suffice for ends early, and its working blocks are counted") {
  const std::string few = kernel("setp.lt.u32 %p1, %tc, 3; @%p1 st.global.b64 [%o], %t8;");
  for (const uint32_t threads : {1u, 4u}) {
    Machine m(few);
    m.limits.total_steps = 100'000'000;
    m.limits.threads = threads;
    std::atomic<uint64_t> done{0};
    m.limits.blocks_done = &done;
    const Address out = m.zeros<uint64_t>("out", 96);
    const LaunchResult result = m.launch({0x7fffffff, 1, 1}, {32, 1, 1}, out, out);
    CHECK_FALSE(result.completed);
    CHECK(result.over_budget);
    CHECK(result.working_blocks == 3);
    CHECK(result.blocks_run > 1'000'000);
    CHECK(result.blocks_run < 4'000'000);
    CHECK(done == result.blocks_run);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::timeout);
  }
}

TEST_CASE("asked to stop, a launch ends soon and says so") {
  const std::atomic<bool> stop{true};
  Machine m(kernel("L: add.u32 %r1, %r1, 1; bra L;"));
  m.limits.stop = &stop;
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
  CHECK(result.stopped);
  CHECK_FALSE(result.completed);
  CHECK(result.findings.empty());
}

TEST_CASE("trap ends the launch, where a thread reaches it") {
  Machine m(kernel(".file 1 \"t.cu\"\nsetp.eq.u32 %p1, %t, 40;\n.loc 1 9 3\n@%p1 trap; st.global.b32 [%o], 1;"));
  const Address out = m.zeros<uint64_t>("out", 64);
  const LaunchResult result = m.launch({1, 1, 1}, {64, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::trap);
  CHECK(result.findings[0].line == 9);
  CHECK(result.findings[0].thread == Dim3{40, 0, 0});
  CHECK(m.values<uint64_t>(out)[0] == 1);
  CHECK(m.values<uint64_t>(out)[63] == 0);
  // Not reached, it does nothing.
  Machine quiet(kernel("setp.ge.u32 %p1, %t, 64; @%p1 trap; st.global.b32 [%o], 1;"));
  const Address o = quiet.zeros<uint64_t>("out", 64);
  quiet.run(1, 64, o, o);
}

TEST_CASE("instructions are counted: warps' and lanes'") {
  // 11 in front of the body (kernel()), 3 here, and the return.
  Machine m(kernel("setp.lt.u32 %p1, %t, 8; @%p1 mov.u32 %r1, 1; mov.u32 %r2, 2;"));
  const Address out = m.zeros<uint64_t>("out", 1);
  const LaunchResult result = m.run(2, 40, out, out);
  const uint64_t front = result.warp_instructions / 4 - 4;
  CHECK(result.warp_instructions == 4 * (front + 4));
  CHECK(front == 9);
  // Every thread runs all but the guarded move, which 8 of the first block's do.
  CHECK(result.lane_instructions == 80 * (front + 3) + 8);
}
