#pragma once
// The mbarriers of a block (instructions/mbarrier.h): their state lies beside the memory. The object's 64 bits are only
// the NVIDIA machine's to understand, and here hold what a test can look at.

#include <cstdint>
#include <unordered_map>

#include "vgpu/machine/shadows/visibility.h"

namespace vgpu {

struct MBarrier {
  uint32_t expected = 0;  ///< arrivals of each phase
  uint32_t pending = 0;   ///< still to come in this one
  uint32_t phase = 0;
  Visibility::Passed passing, passed;  ///< by the arrivals of this phase; by those of the completed ones
};

/// Those of one block, by the offset into its shared storage; and the words that its threads give news by: releases and
/// acquires of its own memory.
struct MBarriers {
  explicit MBarriers(uint32_t threads) : visibility(threads) {}
  std::unordered_map<uint64_t, MBarrier> at;
  std::unordered_map<uint64_t, Visibility::Passed> words;
  Visibility visibility;  ///< the clock goes on from block to block: what is known of the last one is old

  void clear() {
    at.clear();
    words.clear();
  }
};

}  // namespace vgpu
