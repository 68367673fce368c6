#pragma once
// What others want to know of warp-wide operations.

#include <cstdint>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// The lane that a shuffle gives `lane` the value of, for its operands b and c: its own where that is out of range.
uint32_t shuffle_source(CollectiveOp op, uint32_t lane, uint32_t b, uint32_t c);
/// The live lanes that take part in an operation which the lanes of `mask` execute.
uint32_t members_of(const Warp& warp, const CollectiveInfo& info, uint32_t mask);

}  // namespace vgpu
