#pragma once
// A launch of which only some blocks run, to learn what the whole grid would count.
//
// Blocks are taken in cells of four neighbours, so that what neighbours share is seen to be shared; where a block takes
// long, one by one, so that there are still several. They lie spread over the grid by multiples of the golden ratio,
// each moved at random by up to 1/64 of the grid. Evenly spaced ones would all fall into one column of a
// two-dimensional grid, and unmoved multiples still fall into its columns in pairs: the sectors of a matrix product,
// estimated so, were off by more than a tenth in 3 to 15 of 100 grids of up to 64 x 64 blocks, moved ones are in 1 of
// 100. The first and the last block, which often differ from all others, stand for themselves alone.

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "vgpu/machine/counting/count.h"
#include "vgpu/machine/warp.h"
#include "vgpu/vgpu.h"

namespace vgpu {

/// The cells of a grid in the order they are to be looked at: each once, and as many as one looks at lie spread over
/// it.
class SpreadOrder {
 public:
  explicit SpreadOrder(uint64_t cells) : cells_(cells) {}
  /// The next one; only as often as there are cells.
  uint64_t next();
  uint64_t size() const { return cells_; }

 private:
  uint64_t cells_;
  uint64_t turn_ = 0;
  std::unordered_set<uint64_t> taken_;
};

/// The distinct sectors that a whole grid touches, from those of some groups of its blocks.
class SectorEstimate {
 public:
  /// A block's sectors, which are taken out of the set, as a part of the group that is under way; how many there are.
  uint64_t add_block(SectorSet& block);
  /// That group is complete. `alone`: it stands for no other group.
  void end_group(bool alone);
  /// Every group that is not alone stands for `weight` of its like. What only one group touched, every other one is
  /// taken to have as much of (Good and Turing's estimate of what was not seen yet); what several touched is shared and
  /// counts once. Never more than `most`.
  uint64_t total(double weight, uint64_t most) const;
  /// How many of them several groups touched.
  uint64_t shared() const;

 private:
  struct Chunk {
    uint64_t group[SectorSet::kChunkWords] = {};   // by the one that is under way
    uint64_t seen[SectorSet::kChunkWords] = {};    // by a group that stands for others
    uint64_t shared[SectorSet::kChunkWords] = {};  // by several of them
    uint64_t alone[SectorSet::kChunkWords] = {};
  };
  std::unordered_map<uint64_t, Chunk> chunks_;
  std::vector<Chunk*> open_;  // those with sectors of the group under way; elements of the map stay where they are
};

/// Runs a sample of the grid, block after block on this thread. Buffers need no shadows: nothing is checked across
/// blocks. Counters are scaled to the grid.
void run_sample(LaunchState& state, LaunchResult& result);

/// Runs every block in turn for what it stores (Limits::coverage). As little is looked for across blocks.
void run_for_coverage(LaunchState& state, LaunchResult& result);

}  // namespace vgpu
