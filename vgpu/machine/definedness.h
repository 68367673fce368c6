#pragma once
// Values that nobody wrote, carried from where they were read to where they matter: a branch, an address, or a store
// that the host will see. Each register row has a word whose bit l says that lane l's value is undefined.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// The undefined lanes of a row of the running group's frame.
inline uint32_t& undefined_of(Warp& warp, uint32_t row) {
  return warp.undefined[(static_cast<size_t>(warp.registers - warp.file) + row) / kRowAlignment];
}

/// Sets the lanes of `mask` of a row to `lanes`; nothing where definedness is not carried yet.
inline void set_undefined(Warp& warp, uint32_t row, uint32_t mask, uint32_t lanes) {
  if (!warp.tracking) return;
  uint32_t& bits = undefined_of(warp, row);
  bits = (bits & ~mask) | (lanes & mask);
}

/// The undefined lanes of a row, none while definedness is not carried.
inline uint32_t get_undefined(Warp& warp, uint32_t row) { return warp.tracking ? undefined_of(warp, row) : 0; }

/// Whether any of `bytes` bytes of a memory's shadow is undefined (not 0).
inline bool any_undefined(const uint8_t* at, uint32_t bytes) {
  return std::any_of(at, at + bytes, [](uint8_t u) { return u != 0; });
}

/// Something undefined was read: from now on definedness is carried through this warp's registers.
void start_tracking(Warp& warp);

/// What a lane-wise instruction does to definedness, before it runs: it may overwrite its own sources.
void carry_undefined(Warp& warp, const Inst& inst, uint32_t mask);

/// Reports that `what` ("the branch goes by") hangs on an undefined value, in the lanes of the mask.
void report_undefined(Warp& warp, uint32_t lanes, const std::string& what);

}  // namespace vgpu
