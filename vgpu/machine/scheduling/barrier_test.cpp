// Block barriers: bar.sync, bar.arrive, bar.red.

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

/// %r1: the address of s[t]; %r2: of s[n - 1 - t].
const char* const kMirror =
    ".shared .b32 s[128]; mov.u32 %r1, s; mad.lo.u32 %r2, %tn, 4, %r1; mad.lo.u32 %r1, %t, 4, %r1;"
    "mul.lo.u32 %r3, %t, 4; add.u32 %r3, %r3, 4; sub.u32 %r2, %r2, %r3; add.u32 %r4, %t, 100;";

std::vector<uint64_t> run_block_of(const std::string& body, uint32_t threads) {
  CAPTURE(body);
  Machine m(kernel(body));
  const Address out = m.zeros<uint64_t>("out", threads);
  m.run(1, threads, out, out);
  return m.values<uint64_t>(out);
}

std::vector<uint64_t> threads_of(uint32_t count, uint64_t (*f)(uint32_t)) {
  std::vector<uint64_t> values(count);
  for (uint32_t t = 0; t < count; ++t) values[t] = f(t);
  return values;
}

}  // namespace

TEST_CASE("bar.sync: what every warp wrote before it, every warp reads after it") {
  for (const char* bar :
       {"bar.sync 0", "barrier.sync 3", "barrier.sync.aligned 15", "bar.sync 2, 128", "bar.cta.sync 1",
        "barrier.cta.sync 1, 128", "mov.u32 %r9, 5; bar.sync %r9", "mov.u32 %r9, 128; bar.sync 1, %r9"}) {
    const std::string body =
        kMirror +
        with("st.shared.b32 [%r1], %r4; {b}; ld.shared.b32 %r5, [%r2]; st.global.b32 [%o], %r5;", {{"b", bar}});
    CHECK(run_block_of(body, 128) == threads_of(128, [](uint32_t t) { return uint64_t{227 - t}; }));
  }
}

TEST_CASE("barrier.sync, not aligned, reached from both arms of a branch is one barrier") {
  const std::string body =
      kMirror + std::string(
                    "and.b32 %r6, %t, 1; setp.eq.u32 %p1, %r6, 0; @%p1 bra EVEN; st.shared.b32 [%r1], %r4;"
                    "barrier.sync 0; bra END; EVEN: st.shared.b32 [%r1], %r4; barrier.sync 0;"
                    "END: ld.shared.b32 %r5, [%r2]; st.global.b32 [%o], %r5;");
  CHECK(run_block_of(body, 96) == threads_of(96, [](uint32_t t) { return uint64_t{195 - t}; }));
}

TEST_CASE("the aligned form wants all lanes of a warp at one instruction: a finding that says who is where") {
  for (const char* bar : {"bar.sync 0", "barrier.sync.aligned 0", "bar.red.popc.u32 %r7, 0, %p1", "bar.sync 2, 64"}) {
    CAPTURE(bar);
    Machine m(kernel(with(
        ".file 1 \"b.cu\"\nand.b32 %r6, %t, 16; setp.eq.u32 %p1, %r6, 0; @%p1 bra LOW;\n.loc 1 7 5\n{b}; bra END;\n"
        ".loc 1 9 5\nLOW: {b};\n.loc 1 10 1\nEND: st.global.b32 [%o], 1;",
        {{"b", bar}})));
    const Address out = m.zeros<uint64_t>("out", 64);
    const LaunchResult result = m.launch({1, 1, 1}, {64, 1, 1}, out, out);
    CHECK_FALSE(result.completed);
    REQUIRE(result.findings.size() == 1);
    const Finding& finding = result.findings[0];
    CHECK(finding.kind == Finding::Kind::barrier);
    CHECK(finding.line == 7);
    CHECK(finding.count == 16);
    CHECK(finding.thread == Dim3{16, 0, 0});
    CHECK(finding.message.find("threads 16 to 31 of a warp are at") != std::string::npos);
    CHECK(finding.message.find("threads 0 to 15 are not") != std::string::npos);
    CHECK(finding.message.find("of line 9") != std::string::npos);
  }
}

TEST_CASE("lanes that have passed a barrier by are found whatever they do next, but for returning at once") {
  const std::string start =
      ".file 1 \"b.cu\"\nsetp.ge.u32 %p1, %t, 20; @%p1 bra PAST;\n.loc 1 5 5\nbar.sync 0;\n.loc 1 6 5\n";
  for (const char* rest : {"PAST: st.global.b32 [%o], 1;", "PAST: bar.sync 0;",
                           "PAST: bra LONG; LONG: add.u32 %r1, %r1, 1;", "PAST: vote.sync.ballot.b32 %r1, %p1, -1;"}) {
    CAPTURE(rest);
    Machine m(kernel(start + rest));
    const Address out = m.zeros<uint64_t>("out", 32);
    const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].line == 5);
    CHECK(result.findings[0].message.find("threads 20 to 31 are not (they ") != std::string::npos);
    CHECK(result.notes.empty());
  }
  for (const char* rest : {"PAST: ret;", "PAST: bra OUT; OUT: exit;", "ret; PAST: st.global.b32 [%o], 1; ret;"}) {
    CAPTURE(rest);
    Machine m(kernel(start + rest));
    const Address out = m.zeros<uint64_t>("out", 32);
    const LaunchResult result = m.launch({1, 1, 1}, {32, 1, 1}, out, out);
    CHECK(result.completed);
    CHECK(result.findings.empty());
    REQUIRE(result.notes.size() == 1);
    CHECK(result.notes[0].line == 5);
    CHECK(result.notes[0].count == 12);
    CHECK(result.notes[0].message.find("threads 20 to 31 returned before the __syncthreads() of line 5") !=
          std::string::npos);
  }
}

TEST_CASE("lanes that come late to a barrier are waited for, in a function too") {
  // Odd lanes go round a loop for so long that the even ones are let past.
  const std::string late =
      "mov.u32 %r3, 0; and.b32 %r6, %t, 1; mul.lo.u32 %r7, %r6, 20000;"
      "AGAIN: add.u32 %r3, %r3, 1; setp.lt.u32 %p2, %r3, %r7; @%p2 bra AGAIN;";
  const std::string body = kMirror + late +
                           "st.shared.b32 [%r1], %r4; bar.sync 0; ld.shared.b32 %r5, [%r2];"
                           "bar.sync 0; st.global.b32 [%o], %r5;";
  CHECK(run_block_of(body, 96) == threads_of(96, [](uint32_t t) { return uint64_t{195 - t}; }));
}

TEST_CASE("__syncthreads() is one for the whole block; a barrier with a count may stand in two places") {
  const char* const body =
      ".file 1 \"b.cu\"\nsetp.lt.u32 %p1, %t, 32; @%p1 bra LOW;\n.loc 1 7 5\n{b}; bra END;\n"
      ".loc 1 9 5\nLOW: {b};\nEND: st.global.b32 [%o], 1;";
  for (const char* bar : {"bar.sync 0", "bar.red.or.pred %p2, 0, %p1"}) {
    CAPTURE(bar);
    Machine m(kernel(with(body, {{"b", bar}})));
    const Address out = m.zeros<uint64_t>("out", 96);
    const LaunchResult result = m.launch({1, 1, 1}, {96, 1, 1}, out, out);
    REQUIRE(result.findings.size() == 1);
    CHECK(result.findings[0].kind == Finding::Kind::barrier);
    CHECK(result.findings[0].line == 7);
    CHECK(result.findings[0].message.find("threads 32 to 63 are at") != std::string::npos);
    CHECK(result.findings[0].message.find("threads 0 to 31 are not") != std::string::npos);
    CHECK(result.findings[0].message.find("of line 9") != std::string::npos);
  }
  for (const char* bar : {"bar.sync 1, 96", "bar.sync 3", "barrier.sync 0"}) {
    CAPTURE(bar);
    CHECK(run_block_of(with(body, {{"b", bar}}), 96) == std::vector<uint64_t>(96, 1));
  }
}

TEST_CASE("a barrier in a loop: every round waits") {
  // Neighbours pass a token around: after r rounds s[t] is what s[t - r] was.
  const std::string body =
      ".shared .b32 s[64]; mov.u32 %r1, s; mad.lo.u32 %r2, %t, 4, %r1; add.u32 %r3, %t, 63; and.b32 %r3, %r3, 63;"
      "mad.lo.u32 %r3, %r3, 4, %r1; st.shared.b32 [%r2], %t; mov.u32 %r5, 0; bar.sync 0;"
      "L: ld.shared.b32 %r4, [%r3]; bar.sync 0; st.shared.b32 [%r2], %r4; bar.sync 0; add.u32 %r5, %r5, 1;"
      "setp.lt.u32 %p1, %r5, 10; @%p1 bra L; st.global.b32 [%o], %r4;";
  CHECK(run_block_of(body, 64) == threads_of(64, [](uint32_t t) { return uint64_t{(t + 54) % 64}; }));
}

TEST_CASE("threads that have exited are discounted, whenever they do") {
  for (const char* early : {"@%p1 exit;", "@%p1 bra LATE;"}) {
    const std::string body = with(
        "setp.ge.u32 %p1, %t, 70; {e} st.global.b32 [%o], 1; bar.sync 0; st.global.b32 [%o], 2; ret;"
        "LATE: mov.u32 %r1, 0; L: add.u32 %r1, %r1, 1; setp.lt.u32 %p2, %r1, 100; @%p2 bra L;",
        {{"e", early}});
    CHECK(run_block_of(body, 100) == threads_of(100, [](uint32_t t) { return uint64_t{t < 70 ? 2u : 0u}; }));
  }
}

TEST_CASE("named barriers with thread counts part a block into producers and consumers") {
  // Warp 0 produces and only arrives, warp 1 waits; warps 2 and 3 use another barrier among themselves.
  const std::string body =
      ".shared .b32 s[4]; shr.u32 %r1, %t, 5; setp.eq.u32 %p1, %r1, 0; setp.eq.u32 %p2, %r1, 1; @%p1 bra PRODUCE;"
      "@%p2 bra CONSUME; bar.sync 7, 64; st.global.b32 [%o], 3; ret;"
      "PRODUCE: st.shared.b32 [s], 55; bar.arrive 1, 64; st.global.b32 [%o], 1; ret;"
      "CONSUME: bar.sync 1, 64; ld.shared.b32 %r2, [s]; st.global.b32 [%o], %r2;";
  CHECK(run_block_of(body, 128) == threads_of(128, [](uint32_t t) {
          return uint64_t{t < 32 ? 1u : t < 64 ? 55u : 3u};
        }));
  // The consumer comes first in warp order.
  const std::string turned =
      ".shared .b32 s[4]; shr.u32 %r1, %t, 5; setp.eq.u32 %p1, %r1, 1; @%p1 bra PRODUCE; bar.sync 1, 64;"
      "ld.shared.b32 %r2, [s]; st.global.b32 [%o], %r2; ret;"
      "PRODUCE: st.shared.b32 [s], 55; barrier.arrive 1, 64;";
  CHECK(run_block_of(turned, 64) == threads_of(64, [](uint32_t t) { return uint64_t{t < 32 ? 55u : 0u}; }));
}

TEST_CASE("bar.red: popc, and, or, of a predicate and its negation") {
  for (const uint32_t limit : {0u, 1u, 37u, 70u}) {
    for (const bool negated : {false, true}) {
      const std::string body = with(
          "setp.lt.u32 %p1, %t, {l}; bar.red.popc.u32 %r1, 0, {n}%p1; bar.red.and.pred %p2, 1, {n}%p1; "
          "barrier.red.or.pred %p3, 0, 70, {n}%p1;"
          "selp.u32 %r2, 1, 0, %p2; @%p3 or.b32 %r2, %r2, 2; st.global.v2.b32 [%o], {%r1, %r2};",
          {{"l", std::to_string(limit)}, {"n", negated ? "!" : ""}});
      const uint32_t count = negated ? 70 - limit : limit;
      const uint64_t bits = (count == 70 ? 1u : 0u) | (count > 0 ? 2u : 0u);
      CHECK(run_block_of(body, 70) == std::vector<uint64_t>(70, bits << 32 | count));
    }
  }
}

TEST_CASE("barrier.red from both arms sums over both, and starts anew each time") {
  const std::string body =
      "and.b32 %r6, %t, 1; setp.eq.u32 %p1, %r6, 0; mov.u32 %r7, 0; L: @%p1 bra EVEN; barrier.red.popc.u32 %r1, 0, %p1;"
      "bra END;"
      "EVEN: barrier.red.popc.u32 %r1, 0, %p1; END: add.u32 %r7, %r7, 1; setp.lt.u32 %p2, %r7, 3; @%p2 bra L; "
      "st.global.b32 [%o], %r1;";
  CHECK(run_block_of(body, 64) == std::vector<uint64_t>(64, 32));
}

TEST_CASE("a barrier some threads never reach is a finding: its line, how many came, where the others are") {
  const std::string body =
      ".file 1 \"b.cu\"\nsetp.lt.u32 %p1, %t, 32; @!%p1 bra OTHER;\n.loc 1 11 5\nbar.sync 0; bra END;\n"
      ".loc 1 14 5\nOTHER: bar.sync 1;\nEND:";
  Machine m(kernel(body));
  const Address out = m.zeros<uint64_t>("out", 64);
  const LaunchResult result = m.launch({2, 1, 1}, {64, 1, 1}, out, out);
  CHECK_FALSE(result.completed);
  REQUIRE(result.findings.size() == 2);
  const Finding& first = result.findings[0];
  CHECK(first.kind == Finding::Kind::barrier);
  CHECK(first.file == "b.cu");
  CHECK(first.line == 11);
  CHECK(first.count == 32);
  CHECK(first.thread == Dim3{0, 0, 0});
  CHECK(first.message.find("32 of 64") != std::string::npos);
  CHECK(first.message.find("line 14") != std::string::npos);
  CHECK_FALSE(first.cause.empty());
  const Finding& second = result.findings[1];
  CHECK(second.line == 14);
  CHECK(second.count == 32);
  CHECK(second.thread == Dim3{32, 0, 0});
  CHECK(second.message.find("32 of 64") != std::string::npos);
  CHECK(second.message.find("line 11") != std::string::npos);
}

TEST_CASE("too few threads for a counted barrier, and a barrier that does not exist") {
  Machine m(kernel(".file 1 \"b.cu\"\n.loc 1 3 1\nbar.sync 0, 96;"));
  const Address out = m.zeros<uint64_t>("out", 64);
  LaunchResult result = m.launch({1, 1, 1}, {64, 1, 1}, out, out);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::barrier);
  CHECK(result.findings[0].message.find("64 of 96") != std::string::npos);
  CHECK(result.findings[0].count == 64);
  Machine n(kernel(".file 1 \"b.cu\"\n.loc 1 3 1\nmov.u32 %r1, 16; bar.sync %r1;"));
  const Address o = n.zeros<uint64_t>("out", 64);
  result = n.launch({1, 1, 1}, {64, 1, 1}, o, o);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].kind == Finding::Kind::barrier);
  CHECK(result.findings[0].message.find("barrier 16") != std::string::npos);
  CHECK(result.findings[0].line == 3);
}

TEST_CASE("a barrier that a lane of a warp skips by waiting at a warp-wide operation for ever") {
  const std::string body =
      ".file 1 \"b.cu\"\nsetp.eq.u32 %p1, %t, 5;\n.loc 1 2 1\n@%p1 bar.warp.sync -1;\n.loc 1 3 1\nbar.sync 0;";
  Machine m(kernel(body));
  const Address out = m.zeros<uint64_t>("out", 64);
  const LaunchResult result = m.launch({1, 1, 1}, {64, 1, 1}, out, out);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].line == 2);
  CHECK(result.findings[0].count == 1);
  CHECK(result.findings[0].message.find("they are at the __syncthreads() of line 3") != std::string::npos);
}
