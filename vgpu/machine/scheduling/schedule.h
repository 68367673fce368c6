#pragma once
// The order in which a launch's blocks run, and on which host threads.

#include "vgpu/machine/warp.h"

namespace vgpu {

/// Whether a launch that has run `steps` warp instructions has run more than it may: Limits::total_steps, or fewer
/// where the grid has so many warps that these could never suffice.
bool is_over_budget(const LaunchState& state, uint64_t steps);
/// Ends a launch that has run `steps` warp instructions, where these are too many or it has run for too long; `block`
/// is at work. True: it did.
bool end_over_budget(LaunchState& state, const Block& block, uint64_t steps);

/// Whether all of a block's warps are as they were when its loops last gave way: those of them (a bit for each) that
/// have `yielded` now, and those at barriers. Then only other blocks can end its loops, and it gives way to them.
bool goes_in_a_circle(Block& block, uint32_t yielded);

/// One block after the other; one that only spins is set aside while later ones run.
void run_in_order(LaunchState& state);

/// `threads` host threads take blocks in turn. The shadows of writable buffers see whether two blocks meet in a word:
/// then state.conflict is set, and nothing that was computed counts. Throws what a thread throws.
void run_in_parallel(LaunchState& state, unsigned threads);

}  // namespace vgpu
