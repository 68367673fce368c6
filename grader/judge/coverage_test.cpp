#include "grader/judge/coverage.h"

#include <doctest/doctest.h>

#include <functional>

namespace tritutor {
namespace {

using Ranges = std::vector<vgpu::ByteRange>;

/// What some blocks of a grid store, by a function of the block's index.
std::vector<BlockElements> sample(vgpu::Dim3 grid, const std::vector<uint64_t>& blocks,
                                  const std::function<Ranges(uint64_t x, uint64_t y)>& stores) {
  std::vector<BlockElements> result;
  for (const uint64_t block : blocks) result.push_back({block, stores(block % grid.x, block / grid.x)});
  return result;
}

std::vector<uint64_t> some_of(vgpu::Dim3 grid) {
  std::vector<uint64_t> blocks = {grid.count() / 2, grid.count() / 2 + 1, grid.count() - 1, 0};
  for (uint64_t b = 7; b < grid.count(); b += grid.count() / 11 + 1) blocks.push_back(b);
  return blocks;
}

/// Cut off at the end of the output.
Ranges cut(Ranges ranges, uint64_t end) {
  Ranges result;
  for (const vgpu::ByteRange& range : ranges) {
    if (range.first < end) result.push_back({range.first, std::min(range.end, end)});
  }
  return result;
}

}  // namespace

TEST_CASE("A block for each stretch: the rule is found, and a grid that ends early leaves the rest") {
  const auto stretch = [](uint64_t x, uint64_t) { return cut({{256 * x, 256 * x + 256}}, 99'900); };
  for (const uint32_t blocks : {391u, 200u}) {
    const vgpu::Dim3 grid{blocks, 1, 1};
    const auto rule = find_rule(grid, 99'900, sample(grid, some_of(grid), stretch));
    REQUIRE(rule);
    CHECK(rule->step[0] == 256);
    const auto coverage = follow_rule(*rule, grid, 99'900);
    REQUIRE(coverage);
    CHECK(coverage->written == std::min<uint64_t>(99'900, 256 * blocks));
    CHECK(coverage->twice == 0);
    CHECK(coverage->first_missing == coverage->written);
  }
}

TEST_CASE("Blocks that go on with a stride, some of them one round more often than others") {
  const vgpu::Dim3 grid{40, 1, 1};
  const uint64_t elements = 40 * 128 * 5 + 1000;
  const auto rounds = [&](uint64_t x, uint64_t) {
    Ranges ranges;
    for (uint64_t r = 0; r < 6; ++r) ranges.push_back({(40 * r + x) * 128, (40 * r + x) * 128 + 128});
    return cut(ranges, elements);
  };
  const auto rule = find_rule(grid, elements, sample(grid, some_of(grid), rounds));
  REQUIRE(rule);
  CHECK(follow_rule(*rule, grid, elements)->written == elements);
  CHECK(follow_rule(*rule, grid, elements)->twice == 0);
}

TEST_CASE("Tiles of a matrix: both steps are found; one row of tiles too few is seen") {
  const uint64_t columns = 1024, rows = 512;
  const auto tile = [&](uint64_t x, uint64_t y) {
    Ranges ranges;
    for (uint64_t r = 32 * y; r < 32 * y + 32; ++r) ranges.push_back({r * columns + 32 * x, r * columns + 32 * x + 32});
    return ranges;
  };
  for (const uint32_t down : {16u, 15u}) {
    const vgpu::Dim3 grid{32, down, 1};
    const auto rule = find_rule(grid, columns * rows, sample(grid, some_of(grid), tile));
    REQUIRE(rule);
    CHECK(rule->step[0] == 32);
    CHECK(rule->step[1] == 32 * static_cast<int64_t>(columns));
    CHECK(follow_rule(*rule, grid, columns * rows)->written == columns * 32 * down);
  }
}

TEST_CASE("Blocks that overlap are counted where they meet") {
  const vgpu::Dim3 grid{100, 1, 1};
  const auto half_way = [](uint64_t x, uint64_t) { return cut({{64 * x, 64 * x + 128}}, 6400); };
  const auto rule = find_rule(grid, 6400, sample(grid, some_of(grid), half_way));
  REQUIRE(rule);
  CHECK(follow_rule(*rule, grid, 6400)->written == 6400);
  CHECK(follow_rule(*rule, grid, 6400)->twice == 6400 - 64);
}

TEST_CASE("No rule where numbers wrap, shapes differ, or too little was looked at") {
  const vgpu::Dim3 grid{1000, 1, 1};
  const auto wraps = [](uint64_t x, uint64_t) { return Ranges{{x % 256 * 64, x % 256 * 64 + 64}}; };
  CHECK_FALSE(find_rule(grid, 64'000, sample(grid, some_of(grid), wraps)));
  const auto thins_out = [](uint64_t x, uint64_t) {
    return x < 600 ? Ranges{{x * 64, x * 64 + 64}} : Ranges{{x * 64, x * 64 + 1}, {x * 64 + 32, x * 64 + 33}};
  };
  CHECK_FALSE(find_rule(grid, 64'000, sample(grid, some_of(grid), thins_out)));
  const auto stretch = [](uint64_t x, uint64_t) { return Ranges{{x * 64, x * 64 + 64}}; };
  CHECK_FALSE(find_rule(grid, 64'000, sample(grid, {0, 500, 999}, stretch)));
  CHECK_FALSE(find_rule(grid, 64'000, sample(grid, {0, 500, 999}, [](uint64_t, uint64_t) { return Ranges{}; })));
  // All of a small grid is enough.
  const vgpu::Dim3 small{3, 1, 1};
  CHECK(find_rule(small, 192, sample(small, {1, 2, 0}, stretch)));
}

}  // namespace tritutor
