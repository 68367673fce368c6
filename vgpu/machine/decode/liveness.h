#pragma once
// Which registers a function still needs at the start of each of its basic blocks.

#include <cstdint>
#include <vector>

#include "vgpu/machine/decode/basic_block.h"

namespace vgpu {

/// Of all registers that some block reads before it sets them itself; the others are of no interest to another block.
/// A register that is set under a predicate counts as set for what the same predicate guards in the same block.
class Liveness {
 public:
  Liveness(const ptx::Function& function, const std::vector<BasicBlock>& blocks);

  /// Whether a way from the block's start reads the register before anything sets it.
  bool live(size_t block, int reg) const {
    const int n = number_[static_cast<size_t>(reg)];
    return n >= 0 && (live_[block][static_cast<size_t>(n) / 64] >> (n % 64) & 1) != 0;
  }
  /// All of those, in order.
  std::vector<int> at_start_of(size_t block) const;

 private:
  std::vector<int> number_, registers_;  // of each register, -1: of no interest; and back
  std::vector<std::vector<uint64_t>> live_;
};

/// How many registers of 32 bits hold something that is still needed, where that is most. ptxas, which moves
/// instructions about, may need more or fewer.
uint32_t most_registers_live(const ptx::Function& function);

}  // namespace vgpu
