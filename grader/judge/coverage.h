#pragma once
// How a whole grid covers an output, concluded from what some of its blocks stored.

#include <cstdint>
#include <optional>
#include <vector>

#include "vgpu/vgpu.h"

namespace tritutor {

/// What one block of a sample stored into an output, in elements.
struct BlockElements {
  uint64_t block = 0;                     ///< its linear index
  std::vector<vgpu::ByteRange> elements;  ///< ascending and apart; empty: nothing
};

/// How many elements a block stored.
inline uint64_t count_of(const BlockElements& block) {
  uint64_t count = 0;
  for (const vgpu::ByteRange& range : block.elements) count += range.end - range.first;
  return count;
}

/// The rule that every block of a sample followed: block (x, y, z) stores to `shape`, moved by
/// first + x * step[0] + y * step[1] + z * step[2] elements, as far as that lies in the output.
struct CoverageRule {
  std::vector<vgpu::ByteRange> shape;  ///< starts at 0
  int64_t first = 0;
  int64_t step[3] = {};
};

/// The rule of the sampled blocks of a grid over an output of `elements`. nullopt where they follow none of this kind,
/// or where too few of them were looked at to tell.
std::optional<CoverageRule> find_rule(vgpu::Dim3 grid, uint64_t elements, const std::vector<BlockElements>& blocks);

/// What a grid stores whose every block follows the rule; nullopt where that would take too long to follow up.
std::optional<vgpu::Coverage> follow_rule(const CoverageRule& rule, vgpu::Dim3 grid, uint64_t elements);

}  // namespace tritutor
