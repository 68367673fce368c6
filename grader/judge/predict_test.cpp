// Times worked out by hand for a device of round figures.

#include "grader/judge/predict.h"

#include <doctest/doctest.h>

namespace tritutor {
namespace {

using doctest::Approx;

/// 10 SMs at 1000 clocks a microsecond; 1 TB/s of memory is 1e6 bytes a microsecond.
DeviceProfile round_device() {
  DeviceProfile profile;
  profile.name = "round";
  profile.sm_count = 10;
  profile.clock_mhz = 1000;
  profile.issue_slots = 4;
  profile.fp32_lanes = 128;
  profile.fp64_lanes = 2;
  profile.integer_lanes = 64;
  profile.special_lanes = 16;
  profile.tensor_f16_tflops = 100;
  profile.shared_bytes_per_clock = 128;
  profile.l2_gbytes_per_s = 2000;
  profile.dram_gbytes_per_s = 1000;
  profile.l2_mbytes = 10;
  profile.launch_us = 2;
  return profile;
}

double term(const std::vector<TimeTerm>& terms, const std::string& part) {
  for (const TimeTerm& each : terms) {
    if (each.part == part) return each.us;
  }
  FAIL("no term ", part);
  return 0;
}

/// A coalesced copy of 1e6 sectors: 250000 requests each way, 32 MB each way.
StepCounters copy(uint64_t blocks = 1000) {
  StepCounters step;
  step.kernel = "copy";
  step.blocks = blocks;
  vgpu::Counts& c = step.counters.total;
  c.warp_instructions = 1'000'000;
  c.global_load_requests = c.global_store_requests = 250'000;
  c.global_load_sectors = c.global_store_sectors = 1'000'000;
  c.global_load_ideal_sectors = c.global_store_ideal_sectors = 1'000'000;
  step.counters.dram_read_sectors = step.counters.dram_written_sectors = 1'000'000;
  return step;
}

TEST_CASE("Each part's time is its work over its rate") {
  StepCounters step = copy();
  vgpu::Counts& c = step.counters.total;
  c.fp32 = 400'000;
  c.fp64 = 1'000;
  c.integer = 200'000;
  c.special = 50'000;
  c.tensor_operations = 1'000;
  c.shared_load_wavefronts = 600'000;
  c.shared_store_wavefronts = 150'000;
  const std::vector<TimeTerm> terms = time_terms(step, round_device());
  CHECK(term(terms, "issue") == Approx(1'000'000.0 / 4 / 10 / 1000));
  CHECK(term(terms, "fp32") == Approx(400'000.0 * 32 / 128 / 10 / 1000));
  CHECK(term(terms, "fp64") == Approx(1'000.0 * 32 / 2 / 10 / 1000));
  CHECK(term(terms, "integer") == Approx(200'000.0 * 32 / 64 / 10 / 1000));
  CHECK(term(terms, "special") == Approx(50'000.0 * 32 / 16 / 10 / 1000));
  CHECK(term(terms, "tensor") == Approx(1'000.0 * 4096 / 100e6));
  // 32 MB of loads share the way with 750000 wavefronts of 128 bytes.
  CHECK(term(terms, "shared") == Approx((32e6 + 96e6) / 128 / 10 / 1000));
  CHECK(term(terms, "dram") == Approx(64));
  // 10 SMs take 640 bytes a clock from L2: less than its 2 TB/s.
  CHECK(term(terms, "l2") == Approx(64e6 / 640 / 1000));
}

TEST_CASE("Loads of the same sector come out of L1, a line of it for each; scattered stores all go to L2, and twice") {
  StepCounters step = copy();
  step.counters.total.global_load_sectors = 8'000'000;
  const DeviceProfile profile = round_device();
  CHECK(term(time_terms(step, profile), "l2") == Approx(100));
  CHECK(term(time_terms(step, profile), "shared") == Approx(8e6 / 10 / 1000));
  step.counters.total.global_store_sectors = 8'000'000;
  CHECK(term(time_terms(step, profile), "l2") == Approx((32e6 + 2 * 256e6) / 640 / 1000));
  CHECK(term(time_terms(step, profile), "dram") == Approx(64));
}

TEST_CASE("A load takes a pass through L1 however few sectors it touches, a wide one as many as it has lines") {
  const DeviceProfile profile = round_device();
  const auto shared_us = [&](uint64_t requests, uint64_t sectors, uint64_t ideal) {
    vgpu::LineCounts line{"k.cu", 7, {}};
    line.counts.global_load_requests = requests;
    line.counts.global_load_sectors = sectors;
    line.counts.global_load_ideal_sectors = ideal;
    StepCounters step;
    step.blocks = 10;
    step.counters.total = line.counts;
    step.counters.lines = {line};
    return term(time_terms(step, profile), "shared");
  };
  CHECK(shared_us(10'000, 10'000, 40'000) == Approx(1));    // all lanes want the same
  CHECK(shared_us(10'000, 40'000, 40'000) == Approx(1));    // 32 floats
  CHECK(shared_us(10'000, 160'000, 160'000) == Approx(4));  // 32 times 16 bytes
  CHECK(shared_us(10'000, 160'000, 40'000) == Approx(16));  // 16 rows
}

TEST_CASE("A grid of few blocks leaves the other SMs idle") {
  const DeviceProfile profile = round_device();
  const auto issue = [&](uint64_t blocks) { return term(time_terms(copy(blocks), profile), "issue"); };
  CHECK(issue(1) == Approx(10 * issue(10)));
  CHECK(issue(4) == Approx(2.5 * issue(10)));
  CHECK(issue(10) == issue(1'000'000));
  CHECK(term(time_terms(copy(1), profile), "l2") == Approx(64e6 / 64 / 1000));
  CHECK(term(time_terms(copy(1), profile), "dram") == Approx(64));
}

TEST_CASE("Limits are bytes at the memory's rate, or operations at 0.8 of the peak") {
  const DeviceProfile profile = round_device();
  CHECK(limit_us({"copy", 64e6, 0}, profile) == Approx(64));
  CHECK(limit_us({"read", 32e6, 0}, profile) == Approx(32));
  // 10 SMs x 128 lanes x 2 operations x 1 GHz = 2.56 TFLOPS
  CHECK(limit_us({"gemm_f32", 0, 2.56e6}, profile) == Approx(1 / 0.8));
  CHECK(limit_us({"gemm_f16", 0, 100e6}, profile) == Approx(1 / 0.8));
  CHECK(limit_us({"max", 1e6, 2.56e6}, profile) == Approx(1.25));
  CHECK(limit_us({"max", 2e6, 2.56e6}, profile) == Approx(2));
  // 10 SMs x 64 lanes at 1 GHz
  CHECK(limit_us({"max", 1e6, 0, 1.28e6}, profile) == Approx(2));
  const LimitWork work = limit_work({"max", "4*n", "2*n*k", "3*n"}, {{"n", 100}, {"k", 7}});
  CHECK(work.integer_operations == 300);
  CHECK(work.kind == "max");
  CHECK(work.bytes == 400);
  CHECK(work.flops == 1400);
}

TEST_CASE("A coalesced copy in one launch reaches its limit, memory holds it back by its way into the SMs") {
  DeviceProfile profile = round_device();
  profile.sm_count = 20;  // 1280 bytes a clock: no longer the narrowest
  const Prediction p = predict({copy()}, {"copy", 64e6, 0}, profile);
  CHECK(p.limiter == "dram");
  CHECK(p.time_us == Approx(64 + 2));
  CHECK(p.limit_us == Approx(64 + 2));
  CHECK(p.fraction == Approx(1));
  CHECK(p.busy_sms == 20);
  CHECK(p.sms == 20);
  CHECK(predict({copy()}, {"copy", 64e6, 0}, round_device()).limiter == "l2");
}

TEST_CASE("Launches follow one another, each with its own cost, its own busiest part and its own grid") {
  StepCounters compute = copy(5);
  compute.counters.total.special = 2'000'000;  // 400 us on 10 SMs, 800 on 5
  const DeviceProfile profile = round_device();
  const Prediction p = predict({copy(), compute}, {"copy", 100e6, 0}, profile);
  CHECK(p.time_us == Approx((100 + 2) + (800 + 2)));
  CHECK(p.limiter == "special");
  CHECK(p.busy_sms == 5);
  CHECK(p.fraction == Approx(102.0 / 904));
}

TEST_CASE("What a time was estimated from is kept, and that it is the least") {
  StepCounters sampled = copy(), cut = copy(7);
  sampled.blocks_run = 64;
  cut.blocks_run = 1;
  const LimitWork work{"copy", 64e6, 0};
  const Prediction one = predict({sampled}, work, round_device());
  CHECK(one.blocks == 1000);
  CHECK(one.blocks_run == 64);
  CHECK(!one.at_least);
  cut.at_least = true;
  const Prediction two = predict({sampled, cut}, work, round_device());
  CHECK(two.blocks == 1007);
  CHECK(two.blocks_run == 65);
  CHECK(two.at_least);
}

TEST_CASE("Where launches are most of the time they are the limiter") {
  StepCounters tiny = copy();
  tiny.counters = {};
  tiny.counters.total.warp_instructions = 100;
  const Prediction p = predict({tiny}, {"copy", 100e6, 0}, round_device());
  CHECK(p.limiter == "launch");
  CHECK(predict({}, {"copy", 100e6, 0}, round_device()).fraction == 0);
  CHECK(predict({tiny}, {"copy", 0, 0}, round_device()).fraction == 0);
}

TEST_CASE("More than the library's speed may be predicted where the limit is arithmetic, never more than memory's") {
  CHECK(predict({copy()}, {"copy", 64e6, 0}, round_device()).most_fraction == 1);
  CHECK(predict({copy()}, {"gemm_f32", 0, 1e6}, round_device()).most_fraction == Approx(1.25));
}

TEST_CASE("A quarter of scattered sectors makes a prediction one of scattered traffic, and its error larger") {
  const auto with = [](uint64_t scattered) {
    vgpu::LineCounts plain{"k.cu", 4, {}}, far{"k.cu", 5, {}};
    plain.counts.global_load_sectors = plain.counts.global_load_ideal_sectors = 3000;
    far.counts.global_store_sectors = scattered;
    far.counts.global_store_ideal_sectors = scattered / 8;
    StepCounters step = copy();
    step.counters.lines = {plain, far};
    step.counters.total = plain.counts;
    step.counters.total += far.counts;
    return predict({step}, {"copy", 64e6, 0}, round_device());
  };
  CHECK(!with(0).scattered);
  CHECK(!with(999).scattered);
  CHECK(with(1000).scattered);
  CHECK(model_error(with(1000)).slower > model_error(with(999)).slower);
}

TEST_CASE("What memory or shared memory holds back is hardly faster than predicted, what instructions do may be") {
  const auto faster = [](const char* limiter) {
    Prediction prediction;
    prediction.limiter = limiter;
    return model_error(prediction).faster;
  };
  CHECK(faster("dram") == faster("shared"));
  CHECK(faster("dram") < faster("integer"));
  CHECK(faster("l2") == faster("integer"));
}

}  // namespace
}  // namespace tritutor
