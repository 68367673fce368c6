// ld.param, st.param: a kernel's parameters, and what a call passes.

#include <bit>
#include <cstring>
#include <span>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

/// A parameter that all lanes of a full warp load, in a register as wide as itself.
template <class T>
void fill(Warp& warp, const MemoryInfo& info, const std::byte* from) {
  for (uint32_t e = 0; e < info.elements; ++e) {
    T value;
    std::memcpy(&value, from + e * sizeof(T), sizeof(T));
    lane_memory().broadcast(warp.registers + info.rows[e], sizeof(T), value);
    set_undefined(warp, info.rows[e], kFullMask, 0);
  }
}

/// An area takes as many rows as two bytes of a lane fit into it: each has the definedness of two.
template <class F>
void each_piece(const MemoryInfo& info, uint32_t element, F f) {
  const auto first = static_cast<uint32_t>(info.offset) + element * info.width;
  for (uint32_t byte = first & ~1u; byte < first + info.width; byte += 2) {
    f(info.frame_offset + byte / 2 * kRowAlignment);
  }
}

}  // namespace

void load_parameter_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  const std::span<const std::byte> parameters = warp.launch->parameters;
  const uint32_t bytes = access_bytes(info);
  if (info.base == kNone && mask == kFullMask && info.register_bytes[0] == info.width) {
    const auto offset = static_cast<uint64_t>(info.offset);
    if (offset <= parameters.size() && bytes <= parameters.size() - offset) {
      if (info.width == 8) return fill<uint64_t>(warp, info, parameters.data() + offset);
      if (info.width == 4) return fill<uint32_t>(warp, info, parameters.data() + offset);
    }
  }
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t offset = address_of(warp, info, l);
    if (offset > parameters.size() || bytes > parameters.size() - offset) {
      Incident incident;
      incident.kind = Finding::Kind::out_of_bounds;
      incident.verb = "read";
      incident.buffer = "the kernel's parameters";
      incident.byte_offset = static_cast<int64_t>(offset);
      incident.buffer_bytes = parameters.size();
      incident.width = bytes;
      report_lane(warp, l, incident);
      continue;
    }
    // Parameters are the same for all lanes unless indexed at run time.
    const uint64_t at[kLanes] = {};
    const uint32_t lanes = info.base == kNone ? m : 1u << l;
    for (uint32_t e = 0; e < info.elements; ++e) {
      lane_memory().gather(warp.registers + info.rows[e], info.register_bytes[e],
                           parameters.data() + offset + e * info.width, at, info.width, info.sign_extend, lanes);
    }
    if (info.base == kNone) break;
  }
  for (uint32_t e = 0; e < info.elements; ++e) set_undefined(warp, info.rows[e], mask, 0);
}

void load_area_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  uint64_t offsets[kLanes];
  for (uint64_t l = 0; l < kLanes; ++l) offsets[l] = l * info.lane_stride;
  for (uint32_t e = 0; e < info.elements; ++e) {
    lane_memory().gather(warp.registers + info.rows[e], info.register_bytes[e],
                         warp.registers + info.frame_offset + info.offset + e * info.width, offsets, info.width,
                         info.sign_extend, mask);
  }
  if (!warp.tracking) return;
  for (uint32_t e = 0; e < info.elements; ++e) {
    set_undefined(warp, info.rows[e], mask, 0);
    each_piece(info, e, [&](uint32_t piece) {
      const uint32_t lanes = undefined_of(warp, piece) & mask;
      if (lanes != 0) set_undefined_from(warp, info.rows[e], lanes, lanes, piece);
    });
  }
}

void store_area_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  uint64_t offsets[kLanes];
  for (uint64_t l = 0; l < kLanes; ++l) offsets[l] = l * info.lane_stride;
  for (uint32_t e = 0; e < info.elements; ++e) {
    lane_memory().scatter(warp.registers + info.rows[e], info.register_bytes[e],
                          warp.registers + info.frame_offset + info.offset + e * info.width, offsets, info.width, mask);
  }
  if (!warp.tracking) return;
  for (uint32_t e = 0; e < info.elements; ++e) {
    each_piece(info, e, [&](uint32_t piece) {
      set_undefined_from(warp, piece, mask, undefined_of(warp, info.rows[e]), info.rows[e]);
    });
  }
}

}  // namespace vgpu
