#pragma once
// Loads and stores, a warp at a time: the addresses' shape, what the checks and counters want to know, moving data.
// What has something wrong in it goes lane by lane (lane_access.h).

#include <cstdint>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// Step functions for the decoder; Inst::info is a MemoryInfo.
void load_step(Warp& warp, const Inst& inst, uint32_t mask);
void store_step(Warp& warp, const Inst& inst, uint32_t mask);
/// A load that loops repeat to wait for other threads: volatile, or with an order of its own.
void load_and_look_step(Warp& warp, const Inst& inst, uint32_t mask);
/// The same as load_step, sooner, where is_shared_word() holds.
void load_shared_word_step(Warp& warp, const Inst& inst, uint32_t mask);
bool is_shared_word(const MemoryInfo& info);
/// The same for an access that is part of an instruction: a piece of cp.async, a row or tile of a matrix.
void access_memory(Warp& warp, const MemoryInfo& info, uint32_t mask, bool load);
/// ld.param and st.param: kernel parameters (uniform), and the lane-wise areas of calls.
void load_parameter_step(Warp& warp, const Inst& inst, uint32_t mask);
void load_area_step(Warp& warp, const Inst& inst, uint32_t mask);
void store_area_step(Warp& warp, const Inst& inst, uint32_t mask);

}  // namespace vgpu
