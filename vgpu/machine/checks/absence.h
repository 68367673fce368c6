#pragma once
// Threads that are not there when they are needed: which, and where they left.

#include <string>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// Why lane `lane` of the warp takes no part in the shuffle at `pc`: its thread does not exist, has returned, or is not
/// named in the mask.
std::string why_absent(const Warp& warp, uint32_t pc, int lane);
/// "threads 64 to 255 had returned in line 4", of a block's threads; empty where none has.
std::string who_returned(const Block& block);

}  // namespace vgpu
