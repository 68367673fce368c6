// Waste, by hand-made counters at each boundary.

#include "grader/judge/inefficiency.h"

#include <doctest/doctest.h>

namespace tritutor {
namespace {

using doctest::Approx;

const Thresholds copy_thresholds{0.5, 0.75, 0.9};

/// Requests of 32 lanes with 4 bytes each.
vgpu::LineCounts line(int number, uint64_t loads, uint64_t load_sectors, uint64_t stores = 0,
                      uint64_t store_sectors = 0) {
  vgpu::LineCounts result{"k.cu", number, {}};
  result.counts.warp_instructions = loads + stores;
  result.counts.lane_instructions = 32 * (loads + stores);
  result.counts.global_load_ideal_sectors = 4 * loads;
  result.counts.global_store_ideal_sectors = 4 * stores;
  result.counts.global_load_requests = loads;
  result.counts.global_load_sectors = load_sectors;
  result.counts.global_store_requests = stores;
  result.counts.global_store_sectors = store_sectors;
  return result;
}

/// The same of 16 bytes each.
vgpu::LineCounts wide_line(int number, uint64_t loads, uint64_t stores) {
  vgpu::LineCounts result = line(number, loads, 16 * loads, stores, 16 * stores);
  result.counts.global_load_ideal_sectors = 16 * loads;
  result.counts.global_store_ideal_sectors = 16 * stores;
  return result;
}

/// A step whose lines add up to its total; every 32 bytes of `needed_bytes` are touched once in memory.
StepCounters step_of(std::vector<vgpu::LineCounts> lines, double needed_bytes = 0) {
  StepCounters step;
  step.blocks = 100;
  for (const vgpu::LineCounts& each : lines) step.counters.total += each.counts;
  step.counters.lines = std::move(lines);
  step.counters.dram_read_sectors = static_cast<uint64_t>(needed_bytes / 32);
  return step;
}

/// 1000 warps each read 128 bytes and write 128 bytes.
const LimitWork copy_work{"copy", 256e3, 0};

TEST_CASE("Coalesced reads and writes waste nothing, whatever their width") {
  CHECK(!find_inefficiency({step_of({line(4, 1000, 4000, 1000, 4000)}, 256e3)}, copy_work, copy_thresholds));
  CHECK(!find_inefficiency({step_of({wide_line(4, 250, 250)}, 256e3)}, copy_work, copy_thresholds));
  // Read eight times by 16-byte loads: 16 sectors a request, by right, and out of L1.
  CHECK(!find_inefficiency({step_of({wide_line(4, 2000, 250)}, 256e3)}, copy_work, copy_thresholds));
  CHECK(!find_inefficiency({}, copy_work, copy_thresholds));
}

TEST_CASE("Scattered requests with most of the traffic are named by their line") {
  const auto waste = find_inefficiency({step_of({line(4, 1000, 4000), line(7, 0, 0, 1000, 32000)}, 256e3)}, copy_work,
                                       copy_thresholds);
  REQUIRE(waste);
  CHECK(waste->counter == "sectors-per-request");
  CHECK(waste->value == 32);
  CHECK(waste->ideal == 4);
  CHECK(waste->file == "k.cu");
  CHECK(waste->line == 7);
  CHECK(waste->message == "sectors per store request 32, ideal 4");
  CHECK(waste->cause.find("write addresses 32 bytes or more apart") != std::string::npos);
}

TEST_CASE("Scattered requests that are few, or that touch little more than is needed, are let pass") {
  // Twice the needed sectors are the boundary: 8000 are needed.
  CHECK(find_inefficiency({step_of({line(4, 1000, 16000)})}, copy_work, copy_thresholds));
  CHECK(!find_inefficiency({step_of({line(4, 1000, 15900)})}, copy_work, copy_thresholds));
  // More than twice the sectors that a request's bytes fill.
  CHECK(!find_inefficiency({step_of({line(4, 4000, 32000)})}, copy_work, copy_thresholds));
  CHECK(find_inefficiency({step_of({line(4, 3999, 32000)})}, copy_work, copy_thresholds));
  // Half of the traffic is the boundary.
  CHECK(find_inefficiency({step_of({line(4, 1000, 32000), line(5, 8000, 32000)})}, copy_work, copy_thresholds));
  CHECK(!find_inefficiency({step_of({line(4, 1000, 32000), line(5, 8001, 32004)})}, copy_work, copy_thresholds));
}

TEST_CASE("Where arithmetic is the limit, scattered reads count by the bytes an operation takes") {
  // A thread an output with rows along threadIdx.x: for each 64 operations 33 sectors of one read line.
  const LimitWork product{"gemm_f32", 0, 64e3};
  const StepCounters naive = step_of({line(9, 2000, 33000)});
  CHECK(find_inefficiency({naive}, product, {0.1, 0.35, 0.7}));
  CHECK(!find_inefficiency({naive}, product, {0.01, 0.05, 0.1}));  // the naive product's own exercise
  CHECK(!find_inefficiency({step_of({line(9, 2000, 5000)})}, product, {0.1, 0.35, 0.7}));
}

TEST_CASE("Launches that carry the data through memory half as often again are redundant") {
  const StepCounters pass = step_of({line(4, 1000, 4000, 1000, 4000)}, 256e3);
  const StepCounters less = step_of({line(4, 500, 2000, 490, 1960)}, 126e3);
  CHECK(!find_inefficiency({pass, less}, copy_work, copy_thresholds));
  const auto waste = find_inefficiency({pass, pass, pass}, copy_work, copy_thresholds);
  REQUIRE(waste);
  CHECK(waste->counter == "bytes-moved");
  CHECK(waste->value == Approx(3 * 256e3));
  CHECK(waste->ideal == Approx(256e3));
  CHECK(waste->line == 4);
  CHECK(waste->cause.find("3 launches") != std::string::npos);
  CHECK(!find_inefficiency({pass, pass, pass}, {"max", 256e3, 1e9}, copy_thresholds));
}

TEST_CASE("Bank conflicts count from twice the wavefronts that the traffic needs") {
  const auto with = [](uint64_t needed, uint64_t conflicts) {
    vgpu::LineCounts tile = line(12, 1000, 4000, 1000, 4000);
    tile.counts.shared_load_requests = needed;
    tile.counts.shared_load_wavefronts = needed + conflicts;
    tile.counts.bank_conflicts = conflicts;
    return find_inefficiency({step_of({tile}, 256e3)}, copy_work, copy_thresholds);
  };
  CHECK(!with(1000, 0));
  CHECK(!with(1000, 999));
  const auto waste = with(1000, 1000);
  REQUIRE(waste);
  CHECK(waste->counter == "shared-wavefronts");
  CHECK(waste->value == 2);
  CHECK(waste->ideal == 1);
  CHECK(waste->line == 12);
  CHECK(!with(40, 31 * 40));  // the end of a reduction: few passes, however bad
}

TEST_CASE("Lanes are idle where half of them or fewer work") {
  const auto with = [](uint64_t active) {
    vgpu::LineCounts busy = line(4, 100, 400), idle = line(6, 1000, 4000);
    idle.counts.lane_instructions = active;
    return find_inefficiency({step_of({busy, idle}, 256e3)}, copy_work, copy_thresholds);
  };
  CHECK(!with(32 * 1000));
  CHECK(!with(32 * 450 + 1));  // 17601 of 35200 with the other line's
  const auto waste = with(32 * 450);
  REQUIRE(waste);
  CHECK(waste->counter == "active-lanes");
  CHECK(waste->value == Approx(50));
  CHECK(waste->line == 6);
  CHECK(waste->message == "only 50 % of the lanes work");
}

TEST_CASE("Steps' counts add up, line by line") {
  const StepCounters one = step_of({line(4, 10, 40), line(5, 1, 2)}, 320), two = step_of({line(5, 3, 4)}, 64);
  const vgpu::Counters all = sum_of({one, two});
  CHECK(all.total.global_load_requests == 14);
  CHECK(all.dram_read_sectors == 12);
  REQUIRE(all.lines.size() == 2);
  CHECK(all.lines[1].line == 5);
  CHECK(all.lines[1].counts.global_load_sectors == 6);
}

}  // namespace
}  // namespace tritutor
