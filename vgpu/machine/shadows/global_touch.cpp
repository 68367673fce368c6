#include "vgpu/machine/shadows/global_touch.h"

#include <bit>

#include "vgpu/machine/shadows/mbarrier_state.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

bool ordered_in_block(const Warp& warp, uint16_t who, uint32_t time, int lane) {
  const Block& block = *warp.block;
  const uint32_t me = warp.index * kLanes + static_cast<uint32_t>(lane);
  if (who == me) return true;
  if (who / kLanes == warp.index) {
    if (warp.full_sync_time > time) return true;
    if (warp.sync_time[lane] > time && (warp.sync_mask[lane] >> (who % kLanes) & 1) != 0) return true;
  }
  if (block.barrier_time[me] > time && block.barrier_time[who] > time) return true;
  return block.mbarriers && block.mbarriers->visibility.sees(me, who, time);
}

bool has_released(const Warp& warp, uint32_t other, uint32_t time) {
  const LaunchState& launch = *warp.launch;
  return !launch.released.empty() && launch.released[other - 1] > time;
}

// A lock that goes from block to block orders what is done under it (PTX ISA, "Memory Consistency Model"): the threads'
// accesses come before a bar.sync, that before one thread's release on the lock's word (atom.acq_rel, or a fence and an
// atomic), its value is what the next holder's atom acquires, and another bar.sync passes this on to his block.
// Barriers and atomics are morally strong with their likes, and causality order runs through them all. Triton has a
// bar.sync before and after each atomic; without one before the lock is given back the accesses of the other warps
// race.
bool ordered_across_blocks(const Warp& warp, uint32_t other, uint32_t time) {
  return has_released(warp, other, time) && warp.block->acquired > warp.launch->released[other - 1];
}

uint32_t unordered_lanes(const Warp& warp, const GlobalTouch& before, int lane) {
  if (before.block != warp.block->linear + 1)
    return ordered_across_blocks(warp, before.block, before.time) ? 0 : before.lanes;
  if (warp.block->whole_barrier_time > before.time) return 0;
  const uint32_t first = before.thread / kLanes * kLanes;
  uint32_t unordered = 0;
  for (uint32_t m = before.lanes; m != 0; m &= m - 1) {
    const auto l = static_cast<uint32_t>(std::countr_zero(m));
    if (!ordered_in_block(warp, static_cast<uint16_t>(first + l), before.time, lane)) unordered |= 1u << l;
  }
  return unordered;
}

}  // namespace vgpu
