#include "grader/judge/why_faster.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

DeviceProfile h200() { return load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/h200.json"); }

/// A copy of 2^26 floats by blocks of 256 threads, a float each.
StepCounters copying() {
  StepCounters step;
  step.kernel = "copy";
  step.blocks = 1 << 18;
  step.blocks_run = 64;
  vgpu::Counts& c = step.counters.total;
  c.warp_instructions = step.blocks * 8 * 20;
  c.lane_instructions = 32 * c.warp_instructions;
  c.global_load_requests = c.global_store_requests = c.load_waits = step.blocks * 8;
  c.global_load_lines = c.global_store_lines = c.global_load_requests;
  c.global_load_sectors = c.global_store_sectors = 4 * c.global_load_requests;
  c.global_load_ideal_sectors = c.global_store_ideal_sectors = 4 * c.global_load_requests;
  step.counters.dram_read_sectors = step.counters.dram_written_sectors = c.global_load_sectors;
  step.counters.block_read_sectors = c.global_load_sectors;
  return step;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an SM holds as many blocks as its threads, blocks, registers and shared memory let in") {
  const DeviceProfile profile = h200();
  StepCounters step = copying();
  Occupancy at_once = occupancy(step, profile);
  CHECK(at_once.bound == "threads");
  CHECK(at_once.blocks == 8);
  CHECK(at_once.warps == 64);
  CHECK(at_once.waves == doctest::Approx((1 << 18) / (132 * 8.0)));
  step.threads = 32;
  CHECK(occupancy(step, profile).bound == "blocks");
  CHECK(occupancy(step, profile).warps == 32);
  step.threads = 256;
  step.shared_bytes = 100 * 1024;
  at_once = occupancy(step, profile);
  CHECK(at_once.bound == "shared memory");
  CHECK(at_once.blocks == 2);
  step.shared_bytes = 0;
  step.registers_live = 200;
  CHECK(occupancy(step, profile).bound == "registers");
  step.blocks = 132;
  at_once = occupancy(step, profile);
  CHECK(at_once.bound == "grid");
  CHECK(at_once.waves == 1);
}

TEST_CASE("the part that makes the slower one slow is named with what was counted of both") {
  const DeviceProfile profile = h200();
  const std::vector<StepCounters> fast = {copying()};
  std::vector<StepCounters> slow = fast;
  slow[0].threads = 32;
  slow[0].blocks *= 8;
  WhyFaster why = why_faster(fast, slow, profile);
  CHECK(why.part == "blocks");
  CHECK(contains(why.fact, "2097152 blocks have to be started, not 262144"));
  CHECK(why.slower_us > why.faster_us);

  slow = fast;
  slow[0].shared_bytes = 100 * 1024;
  why = why_faster(fast, slow, profile);
  CHECK(why.part == "latency");
  CHECK(why.fact == "an SM holds 16 warps at once, not 64: 102400 bytes of shared memory a block let in no more");

  slow = fast;
  slow[0].counters.total.global_load_sectors *= 8;
  slow[0].counters.block_read_sectors *= 8;
  slow[0].counters.dram_read_sectors *= 8;
  why = why_faster(fast, slow, profile);
  CHECK((why.part == "dram" || why.part == "l2"));
  CHECK(contains(why.fact, why.part == "dram" ? "4.5 times the bytes" : "18 (ideal 4), not 4 (ideal 4)"));

  slow = fast;
  slow[0].blocks = 16;
  slow[0].counters.total.warp_instructions /= 2;
  why = why_faster(fast, slow, profile);
  CHECK(why.part == "grid");
  CHECK(contains(why.fact, "its 16 blocks leave all but 16 of the 132 SMs idle"));
}

TEST_CASE("where nothing counted differs, or the model says otherwise, no reason is made up") {
  const DeviceProfile profile = h200();
  const std::vector<StepCounters> one = {copying()};
  std::vector<StepCounters> more = one;
  more[0].counters.dram_read_sectors *= 2;
  CHECK(why_faster(one, one, profile).part.empty());
  CHECK(why_faster(more, one, profile).part.empty());
  CHECK(why_faster({}, one, profile).part.empty());
}
