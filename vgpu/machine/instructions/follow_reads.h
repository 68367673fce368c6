#pragma once
// How the values that racing reads give go through the registers (findings/race_taint.h): what each instruction does
// with them.

#include <cstdint>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// Room in a warp for what is followed, all of it empty.
void start_following(Warp& warp);
/// In the frame's rows [frame, frame + bytes) of the register file nothing is followed.
void forget_followed(Warp& warp, uint32_t frame, uint32_t bytes);
/// An instruction's guard is about to be asked in the lanes of `active`.
void follow_guard(Warp& warp, const Inst& inst, uint32_t pc, uint32_t active);
/// An instruction is about to run in the lanes of `mask`, or has run.
void follow_before(Warp& warp, const Inst& inst, uint32_t pc, uint32_t mask);
void follow_after(Warp& warp, const Inst& inst, uint32_t pc, uint32_t mask);

}  // namespace vgpu
