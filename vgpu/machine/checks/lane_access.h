#pragma once
// One lane's access with every check there is: bounds, alignment, null, writes to read-only buffers, the stack's end,
// races, definedness. Atomics use it, and accesses of which something is wrong.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// What one lane does at an address.
enum class Use : uint8_t { read, write, atomic };

/// Bytes that a lane accesses.
inline uint32_t access_bytes(const MemoryInfo& info) { return uint32_t{info.width} * info.elements; }
/// The address a lane accesses, with the instruction's offset.
inline uint64_t address_of(const Warp& warp, const MemoryInfo& info, int lane) {
  uint64_t base = 0;
  if (info.base != kNone) {
    base = info.address_is_32 ? row_at<uint32_t>(warp.registers, info.base)[lane]
                              : row_at<uint64_t>(warp.registers, info.base)[lane];
  }
  return base + static_cast<uint64_t>(info.offset);
}
/// Host memory of one lane's access of `bytes`, nullptr after reporting why it is not allowed. Races are looked for and
/// the access remembered. `undefined`: set for a read or an atomic to whether it reads bytes nobody has written; for a
/// write it says whether the value is undefined.
std::byte* resolve_lane(Warp& warp, const MemoryInfo& info, int lane, uint32_t bytes, Use use,
                        bool* undefined = nullptr);
/// A whole load or store, one lane after the other; findings for what is wrong. Loads give zeros there, stores nothing.
void lane_by_lane(Warp& warp, const MemoryInfo& info, uint32_t mask, Use use);

/// Where the undefined value comes from that a lane reads in `bytes` bytes, `first` bytes into its access: what was
/// stored there undefined keeps its origin, otherwise it is this place. Asked before the load, which may replace its
/// own address.
OriginId origin_of_read(Warp& warp, const MemoryInfo& info, int lane, uint32_t first, uint32_t bytes);
/// Of an undefined value that a lane stores there. `row`: the register that holds it.
void keep_stored_origin(Warp& warp, const MemoryInfo& info, int lane, uint32_t first, uint32_t bytes, uint32_t row);
/// The lanes of a store whose value is undefined.
uint32_t undefined_values(Warp& warp, const MemoryInfo& info, uint32_t mask);
/// Reports that undefined values of a row go into a buffer that the host will read; `offset_of` says at which byte.
void report_undefined_store(Warp& warp, const Buffer& buffer, uint32_t lanes, uint32_t row,
                            const std::function<uint64_t(int lane)>& offset_of);
/// "sums[3]": the element of an address's memory, as findings call it.
std::string element_at(Warp& warp, const MemoryInfo& info, uint64_t address);

}  // namespace vgpu
