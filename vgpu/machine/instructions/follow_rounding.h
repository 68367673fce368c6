#pragma once
// How the values that nothing has rounded (shadows/unrounded.h) go through the registers.

#include <cstdint>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// What a lane-wise instruction that is about to run in the lanes of `mask` makes of them.
void follow_rounding(Warp& warp, const Inst& inst, uint32_t mask);
/// A shuffle is about to give each lane of `mask` what lane from[l] has in row `a`.
void shuffle_unrounded(Warp& warp, uint32_t a, uint32_t d, uint32_t mask, const uint8_t* from);

}  // namespace vgpu
