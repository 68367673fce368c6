#pragma once
// The order in which a launch's blocks run, and on which host threads.

#include "vgpu/machine/warp.h"

namespace vgpu {

/// One block after the other; one that only spins is set aside while later ones run.
void run_in_order(LaunchState& state);

/// `threads` host threads take blocks in turn. The shadows of writable buffers see whether two blocks meet in a word:
/// then state.conflict is set, and nothing that was computed counts. Throws what a thread throws.
void run_in_parallel(LaunchState& state, unsigned threads);

}  // namespace vgpu
