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
  profile.shared_kbytes_per_sm = 100;
  profile.blocks_per_sm = 16;
  profile.threads_per_sm = 2048;
  profile.launch_us = 2;
  return profile;
}

/// Figures that leave every part's work as it is, and nothing to wait for.
ModelFigures plain_figures() {
  ModelFigures figures;
  figures.dram_efficiency = figures.issue_weight = figures.integer_pipes = figures.store_sector_weight = 1;
  figures.store_line_bytes = 0;
  figures.l1_clocks = figures.l2_clocks = figures.dram_more_clocks = figures.block_clocks = 0;
  figures.barrier_clocks = figures.instruction_clocks = figures.shared_clocks = 0;
  return figures;
}

/// Every part by those.
std::vector<TimeTerm> plain_terms(const StepCounters& step, const DeviceProfile& profile) {
  return time_terms(step, profile, plain_figures());
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
  c.global_load_lines = c.global_store_lines = 250'000;
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
  const std::vector<TimeTerm> terms = plain_terms(step, round_device());
  CHECK(term(terms, "issue") == Approx(1'000'000.0 / 4 / 10 / 1000));
  CHECK(term(terms, "fp32") == Approx(400'000.0 * 32 / 128 / 10 / 1000));
  CHECK(term(terms, "fp64") == Approx(1'000.0 * 32 / 2 / 10 / 1000));
  CHECK(term(terms, "integer") == Approx(200'000.0 * 32 / 64 / 10 / 1000));
  CHECK(term(terms, "special") == Approx(50'000.0 * 32 / 16 / 10 / 1000));
  CHECK(term(terms, "tensor") == Approx(1'000.0 * 4096 / 100e6));
  // The lines of loads share the way with 750000 wavefronts of 128 bytes.
  CHECK(term(terms, "shared") == Approx((250'000 + 750'000) / 10.0 / 1000));
  CHECK(term(terms, "dram") == Approx(64));
  // 10 SMs take 640 bytes a clock from L2: less than its 2 TB/s.
  CHECK(term(terms, "l2") == Approx(64e6 / 640 / 1000));
  CHECK(term(terms, "latency") == 0);
  CHECK(term(terms, "atomics") == 0);
}

TEST_CASE("What the model's figures say of a rate or of waste goes into the parts") {
  const StepCounters step = copy();
  ModelFigures figures = plain_figures();
  figures.dram_efficiency = 0.8;
  figures.issue_weight = 1.5;
  figures.store_sector_weight = 2;
  figures.store_line_bytes = 64;
  figures.blocks_per_clock = 0.5;
  const std::vector<TimeTerm> terms = time_terms(step, round_device(), figures);
  CHECK(term(terms, "dram") == Approx(64 / 0.8));
  CHECK(term(terms, "issue") == Approx(1.5 * 25));
  CHECK(term(terms, "l2") == Approx((32e6 + 2 * 32e6 + 64 * 250e3) / 640 / 1000));
  CHECK(term(terms, "blocks") == Approx(1000 / 0.5 / 1000));
}

TEST_CASE("Of what a block reads again L1 hands it out; each block's own goes through L2") {
  StepCounters step = copy();
  const DeviceProfile profile = round_device();
  step.counters.total.global_load_sectors = 8'000'000;
  CHECK(term(plain_terms(step, profile), "l2") == Approx(100));
  step.counters.block_read_sectors = 4'000'000;
  CHECK(term(plain_terms(step, profile), "l2") == Approx((4 * 32e6 + 32e6) / 640 / 1000));
  CHECK(term(plain_terms(step, profile), "dram") == Approx(64));
  // A few that all blocks read are in every L1.
  step.counters.shared_read_sectors = 1000;
  CHECK(term(plain_terms(step, profile), "l2") == Approx(100));
}

TEST_CASE("What resident blocks come back to is lost where the caches cannot keep it") {
  // Two walks over 100 sectors of each of 10000 blocks, with 16 blocks on each of 10 SMs.
  const auto terms = [](double sectors_a_block, double l2_mbytes) {
    const auto all = static_cast<uint64_t>(10'000 * sectors_a_block);
    StepCounters step;
    step.blocks = 10'000;
    step.threads = 64;
    vgpu::LineCounts line{"k.cu", 7, {}};
    line.counts.global_load_requests = line.counts.global_load_lines = all / 4;
    line.counts.global_load_sectors = line.counts.global_load_ideal_sectors = all;
    step.counters.lines = {line, line};
    step.counters.lines[1].line = 9;
    step.counters.total = line.counts;
    step.counters.total += line.counts;
    step.counters.dram_read_sectors = step.counters.block_read_sectors = all;
    DeviceProfile profile = round_device();
    profile.l2_mbytes = l2_mbytes;
    return plain_terms(step, profile);
  };
  const double once = 32 * 10'000 * 100 / 1e6;                                      // us
  CHECK(term(terms(50, 10), "l2") == Approx(once / 2 * 1e6 / 640 / 1000));          // 25 KB in 100 of L1
  CHECK(term(terms(1000, 100), "l2") == Approx(2 * 10 * once * 1e6 / 640 / 1000));  // 512 KB
  CHECK(term(terms(1000, 100), "dram") == Approx(10 * once));                       // 5 MB in 100 of L2
  CHECK(term(terms(1000, 2), "dram") == Approx(2 * 10 * once));
}

TEST_CASE("A warp's way: its waits, by where they are served, barriers, instructions and the block's start") {
  StepCounters step;
  step.blocks = 320;
  step.threads = 1024;  // 2 on an SM: 16 turns
  vgpu::Counts& c = step.counters.total;
  const auto warps = uint64_t{320} * 32;
  c.load_waits = 3 * warps;
  c.barriers = 2 * warps;
  c.warp_instructions = 100 * warps;
  c.global_load_requests = c.global_load_lines = 6 * warps;
  c.global_load_sectors = c.global_load_ideal_sectors = 24 * warps;
  step.counters.dram_read_sectors = step.counters.block_read_sectors = 24 * warps;
  ModelFigures figures;
  figures.l1_clocks = 30;
  figures.l2_clocks = 600;
  figures.dram_more_clocks = 200;
  figures.barrier_clocks = 100;
  figures.instruction_clocks = 4;
  figures.block_clocks = 700;
  const auto us = [&] { return term(time_terms(step, round_device(), figures), "latency"); };
  CHECK(us() == Approx(16 * (3 * 800 + 2 * 100 + 100 * 4 + 700) / 1000.0));
  step.counters.dram_read_sectors = 0;  // all from L2
  CHECK(us() == Approx(16 * (3 * 600 + 2 * 100 + 100 * 4 + 700) / 1000.0));
  figures.miss_weight = 1;
  step.counters.block_read_sectors = 6 * warps;  // a quarter of them, and the rest from L1
  CHECK(us() == Approx(16 * (3 * (30 + 570 / 4.0) + 2 * 100 + 100 * 4 + 700) / 1000.0));
  step.threads = 512;  // 4 on an SM, half the warps each
  CHECK(us() < 16 * (3 * 600 + 2 * 100 + 100 * 4 + 700) / 1000.0);
}

TEST_CASE("Registers and shared memory take their part of an SM's blocks") {
  StepCounters step;
  step.blocks = 10'000;
  step.threads = 256;  // 8 on an SM
  ModelFigures figures = plain_figures();
  figures.block_clocks = 1000;
  const auto us = [&] { return term(time_terms(step, round_device(), figures), "latency"); };
  CHECK(us() == Approx(10'000 / 10.0 / 8));
  step.shared_bytes = 49 * 1024;  // and 1 KB more
  CHECK(us() == Approx(10'000 / 10.0 / 2));
  step.shared_bytes = 0;
  step.registers_live = 50;
  CHECK(us() == Approx(10'000 / 10.0 / 8));
  step.registers_live = 130;  // about 128 for each of 256 threads, of 65536
  CHECK(us() == Approx(10'000 / 10.0 / 2));
  step.registers_live = 250;
  CHECK(us() == Approx(10'000 / 10.0 / 1));
  step.most_threads = 256 * 2;  // __launch_bounds__: no more than 128
  CHECK(us() == Approx(10'000 / 10.0 / 2));
}

TEST_CASE("Atomics on one address follow each other, on many they go side by side") {
  StepCounters step;
  step.counters.total.atomic_lanes = 1'000'000;
  step.counters.dram_written_sectors = 1;
  ModelFigures figures;
  figures.atomic_clocks = 4;
  CHECK(term(time_terms(step, round_device(), figures), "atomics") == Approx(4000));
  step.counters.dram_written_sectors = 16;
  CHECK(term(time_terms(step, round_device(), figures), "atomics") == Approx(250));
  step.counters.dram_written_sectors = 1'000'000;
  CHECK(term(time_terms(step, round_device(), figures), "atomics") == Approx(4000 / figures.atomic_ways));
}

TEST_CASE("Parts that are nearly as busy as the busiest hold it up, but not starting blocks or atomics") {
  StepCounters step;
  step.blocks = 1000;
  step.counters.total.load_waits = 1;  // no barriers: warps fill each other's waits
  const auto us = [&](std::vector<TimeTerm> terms) { return step_us(step, terms, round_device()); };
  CHECK(us({{"dram", 100}}) == Approx(100));
  CHECK(us({{"dram", 100}, {"l2", 100}}) == Approx(100));  // one way
  CHECK(us({{"dram", 100}, {"latency", 100}}) > 120);
  CHECK(us({{"dram", 100}, {"latency", 100}}) < 150);
  CHECK(us({{"dram", 100}, {"latency", 30}}) < 103);
  CHECK(us({{"dram", 100}, {"blocks", 99}}) == Approx(100));
  CHECK(us({{"dram", 100}, {"atomics", 170}}) == Approx(170));
  // One block of an SM whose warps wait for each other.
  const double many = us({{"dram", 100}, {"latency", 100}});
  step.threads = 1024;
  step.shared_bytes = 90'000;
  step.counters.total.barriers = 1;
  CHECK(us({{"dram", 100}, {"latency", 100}}) > 1.02 * many);
}

TEST_CASE("A grid of few blocks leaves the other SMs idle") {
  const DeviceProfile profile = round_device();
  const auto issue = [&](uint64_t blocks) { return term(plain_terms(copy(blocks), profile), "issue"); };
  CHECK(issue(1) == Approx(10 * issue(10)));
  CHECK(issue(4) == Approx(2.5 * issue(10)));
  CHECK(issue(10) == issue(1'000'000));
  CHECK(term(plain_terms(copy(1), profile), "l2") == Approx(64e6 / 64 / 1000));
  CHECK(term(plain_terms(copy(1), profile), "dram") == Approx(64));
}

TEST_CASE("Limits are bytes at a copy's rate, operations at the library's part of the peak, or integer operations") {
  const DeviceProfile profile = round_device();
  const ModelFigures figures;
  CHECK(limit_us({"copy", 64e6, 0}, profile) == Approx(64 / figures.dram_efficiency));
  CHECK(limit_us({"read", 32e6, 0}, profile) == Approx(32 / figures.dram_efficiency));
  // 10 SMs x 128 lanes x 2 operations x 1 GHz = 2.56 TFLOPS
  CHECK(limit_us({"gemm_f32", 0, 2.56e6}, profile) == Approx(1 / 0.76));
  CHECK(limit_us({"gemm_f16", 0, 100e6}, profile) == Approx(1 / 0.76));
  CHECK(limit_us({"max", 1e6, 2.56e6}, profile) == Approx(1 / 0.76));
  CHECK(limit_us({"max", 2e6, 2.56e6}, profile) == Approx(2 / figures.dram_efficiency));
  // 10 SMs x 64 lanes at 1 GHz
  CHECK(limit_us({"max", 1e6, 0, 1.28e6}, profile) == Approx(2 / figures.integer_pipes));
  const LimitWork work = limit_work({"max", "4*n", "2*n*k", "3*n"}, {{"n", 100}, {"k", 7}});
  CHECK(work.integer_operations == 300);
  CHECK(work.kind == "max");
  CHECK(work.bytes == 400);
  CHECK(work.flops == 1400);
}

TEST_CASE("A coalesced copy in one launch nearly reaches its limit") {
  DeviceProfile profile = round_device();
  profile.sm_count = 40;  // their way to L2 is no longer the narrowest
  profile.l2_gbytes_per_s = 4000;
  const Prediction p = predict({copy()}, {"copy", 64e6, 0}, profile);
  CHECK(p.limiter == "dram");
  CHECK(p.limit_us == Approx(64 / ModelFigures{}.dram_efficiency + 2));
  CHECK(p.fraction > 0.97);
  CHECK(p.fraction <= 1);
  CHECK(p.clear);
  CHECK(p.busy_sms == 40);
  CHECK(p.sms == 40);
}

TEST_CASE("Launches follow one another, each with its own cost, its own busiest part and its own grid") {
  StepCounters compute = copy(5);
  compute.counters.total.special = 2'000'000;  // 400 us on 10 SMs, 800 on 5
  const DeviceProfile profile = round_device();
  const ModelFigures figures = plain_figures();
  const auto alone = [&](const StepCounters& step) {
    return predict({step}, {"copy", 100e6, 0}, profile, figures).time_us;
  };
  const Prediction p = predict({copy(), compute}, {"copy", 100e6, 0}, profile, figures);
  CHECK(p.time_us == Approx(alone(copy()) + alone(compute)));
  CHECK(alone(copy()) > 100 + 2);
  CHECK(alone(compute) > 800 + 2);
  CHECK(p.limiter == "special");
  CHECK(p.busy_sms == 5);
  CHECK(p.fraction == Approx(p.limit_us / p.time_us));
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
  CHECK(predict({tiny}, {"copy", 100e6, 0}, round_device(), plain_figures()).limiter == "launch");
  CHECK(predict({}, {"copy", 100e6, 0}, round_device()).fraction == 0);
  CHECK(predict({tiny}, {"copy", 0, 0}, round_device()).fraction == 0);
}

TEST_CASE("More than the library's speed may be predicted where the limit is arithmetic, never more than memory's") {
  CHECK(predict({copy()}, {"copy", 64e6, 0}, round_device()).most_fraction == 1);
  CHECK(predict({copy()}, {"gemm_f32", 0, 1e6}, round_device()).most_fraction == Approx(1 / 0.76));
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

TEST_CASE("What one part alone holds back is known best, then what was counted as it is") {
  const auto error = [](const char* limiter, bool clear, bool large_blocks = false) {
    Prediction prediction;
    prediction.limiter = limiter;
    prediction.clear = clear;
    prediction.large_blocks = large_blocks;
    return model_error(prediction);
  };
  CHECK(error("dram", true).slower < error("dram", false).slower);
  CHECK(error("dram", false).slower < error("latency", false).slower);
  CHECK(error("dram", false, true).slower == error("latency", false).slower);
  CHECK(error("dram", true).faster < error("dram", false).faster);
  CHECK(error("shared", false).faster < error("issue", false).faster);
}

TEST_CASE("A prediction is clear where no part is near the busiest or warps hardly wait") {
  DeviceProfile profile = round_device();
  profile.sm_count = 40;
  profile.l2_gbytes_per_s = 4000;
  const auto is_clear = [&](const StepCounters& step) { return predict({step}, {"copy", 64e6, 0}, profile).clear; };
  CHECK(is_clear(copy()));
  StepCounters busy = copy();
  busy.counters.total.fp32 = 8'000'000;  // 50 of 73 us
  CHECK(is_clear(busy));
  busy.counters.total.load_waits = 3 * 8 * 1000;  // three times a warp
  CHECK(!is_clear(busy));
  StepCounters large = copy();
  large.threads = 1024;
  CHECK(!is_clear(large));
}

}  // namespace
}  // namespace tritutor
