#include "app/speed_view.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

const Style plain;

/// A coalesced copy of 8000 floats: 250 requests each way.
Verdict copy_verdict() {
  Verdict verdict;
  verdict.file = "copy.cu";
  verdict.result = Verdict::Result::pass;
  CounterReport report;
  report.test = "large";
  report.work = {"copy", 64e3, 0};
  vgpu::LineCounts line{"copy.cu", 2, {}};
  line.counts.warp_instructions = 1000;
  line.counts.lane_instructions = 16 * 1000;
  line.counts.global_load_requests = line.counts.global_store_requests = 250;
  line.counts.global_load_sectors = line.counts.global_store_sectors = 1000;
  line.counts.global_load_ideal_sectors = line.counts.global_store_ideal_sectors = 1000;
  report.counters.lines = {line};
  report.counters.total = line.counts;
  report.counters.dram_read_sectors = report.counters.dram_written_sectors = 1000;
  verdict.counters = report;
  verdict.timing.kind = "predicted";
  verdict.timing.profile = "H200";
  verdict.timing.test = "large";
  verdict.timing.sizes = {{"n", 67108864}};
  Prediction& p = verdict.timing.prediction;
  p.time_us = 200;
  p.limit_us = 100;
  p.fraction = 0.5;
  p.limiter = "dram";
  p.busy_sms = p.sms = 132;
  p.blocks = 262144;
  p.blocks_run = 64;
  return verdict;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a copy shows its sectors, its bytes and its lanes, each with what it should be, and the predicted time") {
  CHECK(view_speed(copy_verdict(), plain, 100) ==
        "Counted    sectors per request 4 (ideal 4), memory moved 64 kB (needed 64 kB), active lanes 50 %\n"
        "Predicted  on H200: 200 us, 50 % of the limit's speed (100 us), at n = 67108864 from 64 of 262144\n"
        "           blocks; held back by memory (DRAM)\n");
}

TEST_CASE("a measured time shows its quartiles, its clock, its limit, and what holds it back") {
  Verdict verdict = copy_verdict();
  verdict.device_name = "NVIDIA H100";
  verdict.timing.kind = "measured";
  verdict.timing.limit = "a copy that moves 537 MB";
  Measurement measured;
  measured.us = {199, 200, 202};
  measured.limit_us = {180, 181, 182};
  measured.fraction = {0.9, 0.905, 0.91};
  measured.clock_mhz = 1980;
  measured.samples = 40;
  verdict.timing.measured = measured;
  verdict.counters->counters.dram_read_sectors = 3000;
  const std::string text = view_speed(verdict, plain, 1000);
  CHECK(
      contains(text,
               "Measured   on NVIDIA H100: 200 us (quartiles 199 us to 202 us, 40 samples, SMs at 1980 MHz), 90 % of "
               "the limit's speed (a copy that moves 537 MB: 181 us), at n = 67108864; held back by memory (DRAM): it "
               "moves 2.0 times the bytes needed\n"));
  CHECK_FALSE(contains(text, "Predicted"));

  verdict.timing.measured->dropped = 3;
  verdict.timing.measured->slow_clock = true;
  verdict.timing.empty_us = 1.2;
  const std::string odd = view_speed(verdict, plain, 1000);
  CHECK(contains(odd, ". 3 more samples were dropped, since the clock was low. The SMs never reached"));
  CHECK(contains(odd, "Of so short a time, 1.2 us are the cost of measuring it"));
}

TEST_CASE("little is not nothing") {
  CHECK(percent_in_words(0.57) == "57 %");
  CHECK(percent_in_words(0.0094) == "0.9 %");
  CHECK(percent_in_words(0.0096) == "1 %");
  CHECK(percent_in_words(0.0019) == "0.2 %");
  CHECK(percent_in_words(0) == "0 %");
}

TEST_CASE("scattered accesses are shown with their line, wide ones as what they are") {
  Verdict verdict = copy_verdict();
  vgpu::Counters& counters = verdict.counters->counters;
  for (vgpu::Counts* c : {&counters.total, &counters.lines[0].counts}) c->global_load_sectors = 4000;
  CHECK(contains(view_speed(verdict, plain, 200), "sectors per request 10 (ideal 4, most at line 2)"));
  for (vgpu::Counts* c : {&counters.total, &counters.lines[0].counts}) c->global_load_ideal_sectors = 4000;
  CHECK(contains(view_speed(verdict, plain, 200), "sectors per request 10 (wide accesses, none wasted)"));
}

TEST_CASE("bank conflicts are shown with their line where there are many") {
  Verdict verdict = copy_verdict();
  vgpu::Counters& counters = verdict.counters->counters;
  for (vgpu::Counts* c : {&counters.total, &counters.lines[0].counts}) {
    c->shared_load_requests = 100;
    c->shared_load_wavefronts = 110;
    c->bank_conflicts = 10;
  }
  CHECK(contains(view_speed(verdict, plain, 200), "shared wavefronts 1.10 x ideal,"));
  for (vgpu::Counts* c : {&counters.total, &counters.lines[0].counts}) {
    c->shared_load_wavefronts = 400;
    c->bank_conflicts = 300;
  }
  CHECK(contains(view_speed(verdict, plain, 200), "shared wavefronts 4.00 x ideal (bank conflicts, most at line 2),"));
}

TEST_CASE("where arithmetic is the limit, bytes are not held against it") {
  Verdict verdict = copy_verdict();
  verdict.counters->work = {"gemm_f32", 0, 1e6};
  verdict.timing.prediction.limiter = "fp32";
  const std::string view = view_speed(verdict, plain, 200);
  CHECK(!contains(view, "needed"));
  CHECK(contains(view, "held back by FP32 arithmetic\n"));
}

TEST_CASE("a prediction says its sizes, and what it was estimated from where that is not the whole grid") {
  Verdict verdict = copy_verdict();
  verdict.timing.sizes = {{"m", 4096}, {"n", 2048}};
  verdict.timing.prediction.blocks_run = verdict.timing.prediction.blocks;
  CHECK(contains(view_speed(verdict, plain, 200), "(100 us), at m = 4096, n = 2048; held back by"));
  verdict.timing.prediction.blocks_run = 1;
  verdict.timing.prediction.at_least = true;
  CHECK(
      contains(view_speed(verdict, plain, 300),
               "on H200: at least 200 us, at most 50 % of the limit's speed (100 us), at m = 4096, n = 2048 from 1 of "
               "262144 blocks, the last not run to its end; held back by"));
  verdict.timing.prediction.blocks = 1;
  verdict.timing.prediction.time_us = 1060;
  verdict.timing.prediction.limit_us = 999.4;
  CHECK(
      contains(view_speed(verdict, plain, 300),
               "on H200: at least 1.06 ms, at most 50 % of the limit's speed (999 us), at m = 4096, n = 2048 from its "
               "one block, not run to its end; held back by"));
}

TEST_CASE("a grid that leaves SMs idle is named") {
  Verdict verdict = copy_verdict();
  verdict.timing.prediction.busy_sms = 1;
  CHECK(contains(view_speed(verdict, plain, 300),
                 "held back by memory (DRAM), and by a grid so small that only 1 of the 132 SMs has work\n"));
  verdict.timing.prediction.busy_sms = 32;
  CHECK(contains(view_speed(verdict, plain, 300), "only 32 of the 132 SMs have work\n"));
}

TEST_CASE("every part that a prediction may name has words") {
  for (const TimeTerm& term : time_terms({}, DeviceProfile{})) CHECK(limiter_in_words(term.part) != term.part);
  CHECK(limiter_in_words("launch") == "the cost of launches");
}

TEST_CASE("--counters lists the costliest lines in the file's order, with their text") {
  Verdict verdict = copy_verdict();
  for (int i = 10; i < 20; ++i) {
    vgpu::LineCounts more{"copy.cu", i, {}};
    more.counts.warp_instructions = static_cast<uint64_t>(i);
    verdict.counters->counters.lines.push_back(more);
  }
  const std::string view = view_counters(verdict, "first\n  y[i] = x[i];\n", plain, 80);
  CHECK(contains(view, "Counters of case large\n"));
  CHECK(contains(view, "global loads          250 requests, 1000 sectors, 4.00 each\n"));
  CHECK(contains(view, "    2      1000     2000      4           0          0  y[i] = x[i];\n"));
  CHECK(contains(view, "\n   19 "));
  CHECK(!contains(view, "\n   10 "));
  CHECK(contains(view, "  ... 3 more that cost less"));
  CHECK(view.find("\n    2 ") < view.find("\n   19 "));
}

TEST_CASE("nothing is shown where nothing was counted") {
  CHECK(view_speed(Verdict{}, plain, 80).empty());
  CHECK(view_counters(Verdict{}, "", plain, 80).empty());
}
