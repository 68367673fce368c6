#include "grader/judge/slow_launch.h"

#include <doctest/doctest.h>

namespace tritutor {
namespace {

vgpu::LaunchResult launch(uint64_t blocks_run, uint64_t warps, int line, uint64_t loads_a_warp) {
  vgpu::LaunchResult result;
  result.over_budget = true;
  result.blocks_run = result.blocks_completed = result.working_blocks = blocks_run;
  vgpu::LineCounts counts{"k.cu", line, {}};
  counts.counts.global_load_requests = blocks_run * warps * loads_a_warp;
  result.counters.lines = {{"k.cu", 3, {}}, counts};
  return result;
}

vgpu::Finding explained(const vgpu::LaunchResult& result, vgpu::Dim3 grid, vgpu::Dim3 block) {
  vgpu::Finding finding;
  finding.kind = vgpu::Finding::Kind::timeout;
  finding.message = "as the machine says it";
  finding.cause = "as the machine knows it";
  explain({"k", grid, block, result, {{"x", 100'000}, {"out", 1}}}, "n = 100000", finding);
  return finding;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("Threads that each go through a whole buffer are told so, at the line where they do") {
  const vgpu::Finding finding = explained(launch(20, 8, 5, 100'000), {391, 1, 1}, {256, 1, 1});
  CHECK(contains(finding.message, "too slow to be right to use"));
  CHECK(contains(finding.message, "n = 100000"));
  CHECK(finding.line == 5);
  CHECK(contains(finding.cause, "each of the 100096 threads goes through all 100000 elements of x"));
}

TEST_CASE("Blocks that were cut off with the launch hide no whole buffer, and make none") {
  vgpu::LaunchResult cut = launch(5, 8, 5, 70'000);  // two whole blocks and three halves
  cut.blocks_completed = 2;
  CHECK(contains(explained(cut, {391, 1, 1}, {256, 1, 1}).cause, "goes through all 100000 elements of x"));
  vgpu::LaunchResult half = launch(20, 8, 5, 50'000);  // a triangle: half of the buffer on average
  half.blocks_completed = 18;
  CHECK(contains(explained(half, {391, 1, 1}, {256, 1, 1}).cause, "about 50000 times"));
}

TEST_CASE("Other loops over global memory are named with their counts; what is not known stays the machine's") {
  const vgpu::Finding loops = explained(launch(20, 8, 5, 700), {391, 1, 1}, {256, 1, 1});
  CHECK(contains(loops.cause, "about 700 times"));
  const vgpu::Finding few = explained(launch(20, 8, 5, 2), {391, 1, 1}, {256, 1, 1});
  CHECK(few.cause == "as the machine knows it");
}

TEST_CASE("A grid of blocks without work is named with how many have some") {
  vgpu::LaunchResult result = launch(1'000'000, 1, 5, 1);
  result.working_blocks = 1;
  const vgpu::Finding finding = explained(result, {0x7fffffff, 1, 1}, {1024, 1, 1});
  CHECK(contains(finding.message, "2147483647 blocks of 1024 threads, of which only 1 has work"));
  CHECK(contains(finding.cause, "cdiv(n, BLOCK)"));
}

}  // namespace tritutor
