#pragma once
// Values that nobody wrote, carried from where they were read to where they matter: a branch, an address, or a store
// that the host will see. Each register row has a word whose bit l says that lane l's value is undefined, and for each
// such lane where that comes from (origin.h).

#include <bit>
#include <cstdint>
#include <functional>
#include <string>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// A row's number among all of the warp's, for a row of the running group's frame.
inline size_t row_number(const Warp& warp, uint32_t row) {
  return (static_cast<size_t>(warp.registers - warp.file) + row) / kRowAlignment;
}

/// The undefined lanes of a row of the running group's frame.
inline uint32_t& undefined_of(Warp& warp, uint32_t row) { return warp.undefined[row_number(warp, row)]; }

/// Where its undefined lanes come from, lane by lane.
inline OriginId* origins_of(Warp& warp, uint32_t row) { return warp.origins.data() + row_number(warp, row) * kLanes; }

/// Sets the lanes of `mask` of a row to `lanes`; nothing where definedness is not carried yet. Where lanes are
/// undefined their origins are the caller's to give.
inline void set_undefined(Warp& warp, uint32_t row, uint32_t mask, uint32_t lanes) {
  if (!warp.tracking) return;
  uint32_t& bits = undefined_of(warp, row);
  bits = (bits & ~mask) | (lanes & mask);
}

/// The undefined lanes of a row, none while definedness is not carried.
inline uint32_t get_undefined(Warp& warp, uint32_t row) { return warp.tracking ? undefined_of(warp, row) : 0; }

/// Something undefined was read: from now on definedness is carried through this warp's registers.
void start_tracking(Warp& warp);
/// In the lanes of `mask`, the registers of a function's frame (at a byte offset in the register file) that it may read
/// before it sets them are undefined.
void set_unset(Warp& warp, const FunctionCode& function, uint32_t frame, uint32_t mask);

/// The lanes in which a lane-wise instruction's result hangs on sources of which these lanes count, before it runs. A
/// source that select does not take is taken out of `of_source`.
uint32_t carried_lanes(const Warp& warp, const Inst& inst, uint32_t (&of_source)[4]);
/// What a lane-wise instruction at `pc` does to definedness, before it runs: it may overwrite its own sources.
void carry_undefined(Warp& warp, const Inst& inst, uint32_t mask, uint32_t pc);

/// The origin of lane `lane`'s undefined value in a row that is used now, by the instruction at `pc`. A register that
/// nothing has set has its first use for its origin.
OriginId used_origin(Warp& warp, uint32_t row, int lane, uint32_t pc);
/// The origin that a local variable gets whose first use is the instruction at `pc`.
OriginId first_use(Warp& warp, uint32_t pc);
/// Where a row's lanes become undefined for what is undefined in `from`, possibly of other lanes (tiles of matrices).
void set_undefined_from(Warp& warp, uint32_t row, uint32_t mask, uint32_t lanes, uint32_t from);

/// The origin with this key - an instruction and what it read - of this launch; `make` gives it when it is new.
OriginId origin_at(Warp& warp, uint32_t pc, uint64_t key, const std::function<Origin()>& make);
/// Of a shuffle's value whose source lane takes no part.
OriginId absent_lane_origin(Warp& warp, uint32_t pc, int source);

/// Reports that something hangs on an undefined value in the lanes of the mask: "the branch hangs on". `row` holds the
/// value, `what` is asked for one lane of those that are shown.
void report_undefined(Warp& warp, uint32_t lanes, uint32_t row, const std::function<std::string(int lane)>& what);
void report_undefined(Warp& warp, uint32_t lanes, uint32_t row, const char* what);
/// The same for one lane and a value that is in no register.
void report_undefined_origin(Warp& warp, uint32_t lanes, OriginId origin,
                             const std::function<std::string(int lane)>& what);

}  // namespace vgpu
