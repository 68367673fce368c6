#pragma once
// While blocks run in parallel, every 4-byte word of a writable buffer remembers which block read it and which wrote
// it. Two blocks that share a word of which one writes make a conflict: the launch is then run again, block after
// block. So parallel blocks never change a result.

#include <atomic>
#include <bit>
#include <cstdint>

#include "vgpu/machine/warp.h"

namespace vgpu {

// A mark: 0 untouched; 2*(block+1) read by this block alone; 2*(block+1)+1 written by it; kManyReaders.
inline constexpr uint32_t kManyReaders = 0xfffffffeu;
inline constexpr uint64_t kMaxMarkedBlocks = 0x7ffffff0u;

inline void mark_word(LaunchState& launch, uint32_t& word, uint32_t block, bool write) {
  std::atomic_ref<uint32_t> mark(word);
  const uint32_t mine = 2 * (block + 1);
  uint32_t seen = mark.load(std::memory_order_relaxed);
  for (;;) {
    uint32_t next = 0;
    if (seen == 0) {
      next = write ? mine | 1 : mine;
    } else if ((seen & ~1u) == mine) {
      next = write ? seen | 1 : seen;
    } else if (!write && (seen & 1) == 0) {
      next = kManyReaders;
    } else {
      launch.conflict.store(true, std::memory_order_relaxed);
      launch.abort.store(true, std::memory_order_relaxed);
      return;
    }
    if (next == seen || mark.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return;
  }
}

inline void mark_block_lane(Warp& warp, Buffer& buffer, uint64_t offset, uint32_t bytes, bool write) {
  const auto block = static_cast<uint32_t>(warp.block->linear);
  for (uint64_t w = offset / 4; w <= (offset + bytes - 1) / 4; ++w)
    mark_word(*warp.launch, buffer.marks[w], block, write);
}

inline void mark_block(Warp& warp, Buffer& buffer, const uint64_t* offsets, uint32_t bytes, uint32_t mask, bool write) {
  for (uint32_t m = mask; m != 0; m &= m - 1) mark_block_lane(warp, buffer, offsets[std::countr_zero(m)], bytes, write);
}

}  // namespace vgpu
