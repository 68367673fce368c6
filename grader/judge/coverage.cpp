#include "grader/judge/coverage.h"

#include <algorithm>
#include <array>

#include "vgpu/write_map.h"

namespace tritutor {
namespace {

/// Blocks that must fit the rule beyond those it was found from.
constexpr size_t least_proofs = 4;
/// Ranges that follow_rule() puts into its map: some tens of milliseconds.
constexpr uint64_t most_ranges = 8'000'000;

using Index = std::array<int64_t, 3>;

Index index_of(uint64_t block, vgpu::Dim3 grid) {
  return {static_cast<int64_t>(block % grid.x), static_cast<int64_t>(block / grid.x % grid.y),
          static_cast<int64_t>(block / (uint64_t{grid.x} * grid.y))};
}

int64_t start_of(const BlockElements& block) { return static_cast<int64_t>(block.elements.front().first); }

std::vector<vgpu::ByteRange> shape_of(const BlockElements& block) {
  std::vector<vgpu::ByteRange> shape = block.elements;
  const uint64_t start = shape.front().first;
  for (vgpu::ByteRange& range : shape) range = {range.first - start, range.end - start};
  return shape;
}

int64_t place_of(const CoverageRule& rule, const Index& at) {
  return rule.first + at[0] * rule.step[0] + at[1] * rule.step[1] + at[2] * rule.step[2];
}

/// The shape at a place, as far as it lies in the output.
void put_shape(const CoverageRule& rule, int64_t place, uint64_t elements, std::vector<vgpu::ByteRange>& to) {
  to.clear();
  const auto end = static_cast<int64_t>(elements);
  for (const vgpu::ByteRange& range : rule.shape) {
    const int64_t first = std::max<int64_t>(place + static_cast<int64_t>(range.first), 0);
    const int64_t last = std::min(place + static_cast<int64_t>(range.end), end);
    if (first < last) to.push_back({static_cast<uint64_t>(first), static_cast<uint64_t>(last)});
  }
}

/// How far a step along one dimension moves a block, from two blocks that differ in it and in no later one, whose steps
/// are not known yet. False where there are none, or no whole number does.
bool find_step(const std::vector<const BlockElements*>& blocks, vgpu::Dim3 grid, int dimension, CoverageRule& rule) {
  for (size_t i = 1; i < blocks.size(); ++i) {
    const Index a = index_of(blocks[i - 1]->block, grid), b = index_of(blocks[i]->block, grid);
    if (a[dimension] == b[dimension]) continue;
    bool known = true;
    int64_t moved = start_of(*blocks[i]) - start_of(*blocks[i - 1]);
    for (int other = 0; other < 3; ++other) {
      if (other == dimension) continue;
      if (other > dimension && a[other] != b[other]) known = false;
      moved -= (b[other] - a[other]) * rule.step[other];
    }
    if (!known) continue;
    const int64_t apart = b[dimension] - a[dimension];
    rule.step[dimension] = moved / apart;
    return moved % apart == 0;
  }
  return false;
}

}  // namespace

std::optional<CoverageRule> find_rule(vgpu::Dim3 grid, uint64_t elements, const std::vector<BlockElements>& blocks) {
  const BlockElements* largest = nullptr;
  for (const BlockElements& block : blocks) {
    if (largest == nullptr || count_of(block) > count_of(*largest)) largest = &block;
  }
  if (largest == nullptr || largest->elements.empty()) return std::nullopt;
  CoverageRule rule;
  rule.shape = shape_of(*largest);
  // In their order. The end of the output may cut blocks off, but not their start.
  std::vector<const BlockElements*> ordered;
  for (const BlockElements& block : blocks) {
    if (!block.elements.empty()) ordered.push_back(&block);
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const BlockElements* a, const BlockElements* b) { return a->block < b->block; });
  const uint32_t extent[3] = {grid.x, grid.y, grid.z};
  size_t found_from = 1;
  for (int dimension = 0; dimension < 3; ++dimension) {
    if (extent[dimension] == 1) continue;
    ++found_from;
    if (!find_step(ordered, grid, dimension, rule)) return std::nullopt;
  }
  rule.first = start_of(*largest) - place_of(rule, index_of(largest->block, grid));
  const bool all_looked_at = blocks.size() == grid.count();
  if (!all_looked_at && blocks.size() < found_from + least_proofs) return std::nullopt;
  std::vector<vgpu::ByteRange> expected;
  for (const BlockElements& block : blocks) {
    put_shape(rule, place_of(rule, index_of(block.block, grid)), elements, expected);
    if (expected != block.elements) return std::nullopt;
  }
  return rule;
}

std::optional<vgpu::Coverage> follow_rule(const CoverageRule& rule, vgpu::Dim3 grid, uint64_t elements) {
  if (grid.count() > most_ranges / rule.shape.size()) return std::nullopt;
  vgpu::WriteMap map(elements, 1);
  std::vector<vgpu::ByteRange> ranges;
  for (uint64_t block = 0; block < grid.count(); ++block) {
    put_shape(rule, place_of(rule, index_of(block, grid)), elements, ranges);
    map.add(ranges);
  }
  return map.summary();
}

}  // namespace tritutor
