#pragma once
// Loads and stores with their checks: bounds, alignment, null, writes to read-only buffers, the stack's end.

#include <cstddef>
#include <cstdint>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// Step functions for the decoder; Inst::info is a MemoryInfo.
void load_step(Warp& warp, const Inst& inst, uint32_t mask);
void store_step(Warp& warp, const Inst& inst, uint32_t mask);
/// ld.param and st.param: kernel parameters (uniform), and the lane-wise areas of calls.
void load_parameter_step(Warp& warp, const Inst& inst, uint32_t mask);
void load_area_step(Warp& warp, const Inst& inst, uint32_t mask);
void store_area_step(Warp& warp, const Inst& inst, uint32_t mask);

/// What one lane does at an address.
enum class Use : uint8_t { read, write, atomic };

/// The address a lane accesses, with the instruction's offset.
uint64_t address_of(const Warp& warp, const MemoryInfo& info, int lane);
/// Host memory of one lane's access of `bytes`, nullptr after reporting why it is not allowed. Races are looked for and
/// the access remembered. `undefined`: set for a read or an atomic to whether it reads bytes nobody has written; for a
/// write it says whether the value is undefined.
std::byte* resolve_lane(Warp& warp, const MemoryInfo& info, int lane, uint32_t bytes, Use use,
                        bool* undefined = nullptr);

/// Keeps where an undefined value was read, for the report: "tile[5] (shared)".
void remember_origin(Warp& warp, const MemoryInfo& info, int lane);

}  // namespace vgpu
