#pragma once

#include "vgpu/machine/warp.h"

namespace vgpu {

/// Step function for atom and red; Inst::info is an AtomicInfo. Lanes take their turns in order.
void atomic_step(Warp& warp, const Inst& inst, uint32_t mask);

}  // namespace vgpu
