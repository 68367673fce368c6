// mbarrier: phases, counts and parities by PTX; what goes wrong with them; and what they order.

#include <algorithm>

#include "vgpu/machine/machine_testing.h"

using namespace vgpu;
using namespace vgpu::testing;

namespace {

const char* const kBarrier = ".shared .align 8 .b64 bar; .shared .align 4 .b32 tile[64];";

/// One thread runs `body`, which leaves its results in %rd10 and %rd11.
std::vector<uint64_t> run_one(const std::string& body) {
  CAPTURE(body);
  Machine m(kernel(body + "st.global.v2.b64 [%o], {%rd10, %rd11};", "", kBarrier));
  const Address out = m.zeros<uint64_t>("out", 2);
  m.run(1, 1, out, out);
  return m.values<uint64_t>(out);
}

/// The findings of `body`, run by `threads` threads of a block.
std::vector<Finding> findings_of(const std::string& body, uint32_t threads = 1) {
  Machine m(kernel(body, "", kBarrier));
  const Address out = m.zeros<uint64_t>("out", threads);
  return m.launch({}, {threads, 1, 1}, out, out).findings;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a phase completes with its last arrival, and the next one begins") {
  // Two arrivals a phase; the first state's phase is complete after the second arrival.
  CHECK(run_one("mbarrier.init.shared.b64 [bar], 2; mbarrier.arrive.shared.b64 %rd1, [bar];"
                "mbarrier.test_wait.shared.b64 %p1, [bar], %rd1; selp.b64 %rd10, 1, 0, %p1;"
                "mbarrier.arrive.shared.b64 _, [bar]; mbarrier.test_wait.shared.b64 %p1, [bar], %rd1;"
                "selp.b64 %rd11, 1, 0, %p1;") == std::vector<uint64_t>{0, 1});
  // By parity: the phase before the first has parity 1 and is complete.
  CHECK(run_one("mbarrier.init.shared::cta.b64 [bar], 1; mbarrier.test_wait.parity.shared::cta.b64 %p1, [bar], 1;"
                "selp.b64 %rd10, 1, 0, %p1; mbarrier.test_wait.parity.shared::cta.b64 %p1, [bar], 0;"
                "selp.b64 %rd11, 1, 0, %p1;") == std::vector<uint64_t>{1, 0});
  CHECK(run_one("mbarrier.init.shared.b64 [bar], 1; mbarrier.arrive.release.cta.shared::cta.b64 %rd1, [bar];"
                "mbarrier.test_wait.parity.acquire.cta.shared::cta.b64 %p1, [bar], 0; selp.b64 %rd10, 1, 0, %p1;"
                "mbarrier.test_wait.parity.shared::cta.b64 %p1, [bar], 1; selp.b64 %rd11, 1, 0, %p1;") ==
        std::vector<uint64_t>{1, 0});
}

TEST_CASE("counts: an arrival of several, one that may not complete, one for good, what was pending") {
  CHECK(run_one(
            "mbarrier.init.shared.b64 [bar], 5; mov.b32 %r1, 3; mbarrier.arrive.noComplete.shared.b64 %rd1, [bar], "
            "%r1; mbarrier.pending_count.b64 %r2, %rd1; cvt.u64.u32 %rd10, %r2;"
            "mbarrier.arrive.shared.b64 %rd2, [bar]; mbarrier.pending_count.b64 %r2, %rd2; cvt.u64.u32 %rd11, %r2;") ==
        std::vector<uint64_t>{5, 2});
  // Who drops out is not waited for in the next phase: of two, one is left.
  CHECK(
      run_one("mbarrier.init.shared.b64 [bar], 2; mbarrier.arrive_drop.shared.b64 _, [bar]; mbarrier.arrive.shared.b64 "
              "%rd1, [bar]; mbarrier.test_wait.shared.b64 %p1, [bar], %rd1; selp.b64 %rd10, 1, 0, %p1;"
              "mbarrier.arrive.shared.b64 %rd1, [bar]; mbarrier.test_wait.shared.b64 %p1, [bar], %rd1;"
              "selp.b64 %rd11, 1, 0, %p1;") == std::vector<uint64_t>{1, 1});
}

TEST_CASE("generic addresses, an offset, and try_wait where the target has it") {
  CHECK(
      run_one("mov.u64 %rd3, bar; cvta.shared.u64 %rd3, %rd3; mbarrier.init.b64 [%rd3], 1; mbarrier.arrive.b64 %rd1, "
              "[%rd3]; mbarrier.test_wait.b64 %p1, [%rd3], %rd1; selp.b64 %rd10, 1, 0, %p1; mbarrier.inval.b64 [%rd3];"
              "mov.u64 %rd11, 7;") == std::vector<uint64_t>{1, 7});
  std::string newer = kernel(
      "mbarrier.init.shared.b64 [bar], 1; mbarrier.arrive.shared.b64 %rd1, [bar];"
      "mbarrier.try_wait.shared.b64 %p1, [bar], %rd1; selp.b64 %rd10, 1, 0, %p1;"
      "mbarrier.try_wait.parity.shared.b64 %p1, [bar], 0, 100; st.global.b64 [%o], %rd10;",
      "", kBarrier);
  newer.replace(newer.find("sm_80"), 5, "sm_90");
  Machine m(newer);
  const Address out = m.zeros<uint64_t>("out", 1);
  m.run(1, 1, out, out);
  CHECK(m.values<uint64_t>(out)[0] == 1);
}

TEST_CASE("what goes wrong with an mbarrier is said") {
  const auto message = [](const std::string& body, uint32_t threads = 1) {
    const std::vector<Finding> findings = findings_of(body, threads);
    REQUIRE(!findings.empty());
    CHECK(findings[0].kind == Finding::Kind::barrier);
    return findings[0].message;
  };
  CHECK(has(message("mbarrier.arrive.shared.b64 %rd1, [bar];"), "was not initialised"));
  CHECK(has(
      message("mbarrier.init.shared.b64 [bar], 1; mbarrier.inval.shared.b64 [bar]; mbarrier.arrive.shared.b64 %rd1, "
              "[bar];"),
      "was not initialised"));
  CHECK(has(message("mbarrier.init.shared.b64 [bar], 0;"), "for 0 arrivals"));
  CHECK(has(message("mbarrier.init.shared.b64 [bar], 2; mbarrier.arrive.noComplete.shared.b64 %rd1, [bar], 3;"),
            "arrives 3 times at an mbarrier whose phase waits for 2 more of 2"));
  CHECK(has(message("mbarrier.init.shared.b64 [bar], 2; mbarrier.arrive.noComplete.shared.b64 %rd1, [bar], 2;"),
            ".noComplete"));
  CHECK(has(message("mbarrier.init.shared.b64 [bar], 3; mbarrier.arrive.shared.b64 %rd1, [bar];"
                    "$again: mbarrier.test_wait.shared.b64 %p1, [bar], %rd1; @!%p1 bra $again;"),
            "2 of the 3 arrivals of its phase are missing"));
  // Outside, and at an address that is no multiple of 8.
  CHECK(findings_of("mbarrier.init.shared.b64 [bar+8], 1;").at(0).kind == Finding::Kind::out_of_bounds);
  CHECK(findings_of("mbarrier.init.shared.b64 [tile+4], 1;").at(0).kind == Finding::Kind::misaligned);
}

TEST_CASE("an arrival passes on what was done before it, a completed wait takes it") {
  const std::string body =
      "mov.u32 %r1, %tid.x; setp.eq.u32 %p2, %r1, 0; @%p2 mbarrier.init.shared.b64 [bar], 64; bar.sync 0;"
      "mul.lo.u32 %r2, %r1, 4; mov.u32 %r3, tile; add.u32 %r4, %r3, %r2; sub.u32 %r5, 63, %r1; mad.lo.u32 %r5, %r5, 4, "
      "%r3; st.shared.b32 [%r4], %r1; mbarrier.arrive.shared.b64 %rd1, [bar]; {wait} ld.shared.b32 %r6, [%r5];"
      "{later} st.global.b32 [%o], %r6;";
  const std::string wait = "$again: mbarrier.test_wait.shared.b64 %p1, [bar], %rd1; @!%p1 bra $again;";
  for (const bool waits : {true, false}) {
    CAPTURE(waits);
    Machine m(kernel(with(body, {{"wait", waits ? wait : ""}, {"later", waits ? "" : wait}}), "", kBarrier));
    const Address out = m.zeros<uint64_t>("out", 64);
    const LaunchResult result = m.launch({}, {64, 1, 1}, out, out);
    CHECK(result.completed);
    CHECK(result.findings.empty() == waits);
    const bool races = std::any_of(result.findings.begin(), result.findings.end(),
                                   [](const Finding& finding) { return finding.kind == Finding::Kind::race; });
    CHECK(races == !waits);  // and the words that were not there yet are undefined
    if (!waits) continue;
    for (uint64_t i = 0; i < 64; ++i) CHECK(m.values<uint64_t>(out)[i] == 63 - i);
  }
}
