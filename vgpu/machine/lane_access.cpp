#include "vgpu/machine/lane_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/definedness.h"
#include "vgpu/machine/region.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

void describe(const Warp& warp, const MemoryInfo& info, uint64_t address, const Region& region, Incident& incident) {
  incident.address = address;
  if (region.buffer != nullptr) {
    incident.buffer = region.buffer->name;
    incident.element_name = region.buffer->element_name;
    incident.element_bytes = region.buffer->element_bytes;
  } else if (region.per_lane) {
    incident.buffer = "local memory";
  } else if (region.base != 0) {
    const uint64_t window = info.space == ptx::Space::shared ? 0 : slot_base(kSharedSlot);
    const SharedVariable& variable = warp.launch->program.shared[(region.base - window) >> kSharedSlotBits];
    incident.buffer = variable.name;
    // An array's element type is lost in PTX: the access says how large its elements are.
    incident.element_name = variable.element_bytes < info.width ? "element" : variable.element;
    incident.element_bytes = std::max<uint32_t>(variable.element_bytes, info.width);
  }
  incident.byte_offset = static_cast<int64_t>(address - region.base);
  incident.buffer_bytes = region.bytes;
}

const char* verb_of(Use use) {
  switch (use) {
    case Use::read:
      return "read";
    case Use::write:
      return "wrote";
    default:
      return "atomically updated";
  }
}

}  // namespace

uint32_t undefined_values(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  if (!warp.tracking) return 0;
  uint32_t lanes = 0;
  for (uint32_t e = 0; e < info.elements; ++e) lanes |= undefined_of(warp, info.rows[e]);
  return lanes & mask;
}

void report_undefined_store(Warp& warp, const Buffer& buffer, uint64_t offset, uint32_t lanes) {
  report_undefined(warp, lanes,
                   fmt::format("{}[{}] is given", buffer.name, offset / std::max<uint32_t>(buffer.element_bytes, 1)));
}

void remember_origin(Warp& warp, const MemoryInfo& info, int lane) {
  const uint64_t address = address_of(warp, info, lane);
  const Region region = region_of(warp, info.space, address);
  Incident incident;
  describe(warp, info, address, region, incident);
  const char* where = region.is_shared ? " (shared)" : region.per_lane ? "" : " (global)";
  warp.origin.pc = warp.pc;
  warp.origin.buffer = incident.buffer;
  warp.origin.what = region.per_lane
                         ? std::string("a local array")
                         : fmt::format("{}[{}]{}", incident.buffer,
                                       incident.byte_offset / std::max<int64_t>(incident.element_bytes, 1), where);
}

void report_lane(Warp& warp, int lane, Incident incident) {
  incident.pc = warp.pc;
  incident.block = warp.block->index;
  incident.thread = warp.thread_of(lane);
  warp.launch->report.add(incident);
}

std::byte* resolve_lane(Warp& warp, const MemoryInfo& info, int lane, uint32_t bytes, Use use, bool* undefined) {
  const uint64_t address = address_of(warp, info, lane);
  const Region region = region_of(warp, info.space, address);
  Incident incident;
  incident.verb = verb_of(use);
  incident.width = bytes;
  describe(warp, info, address, region, incident);
  const uint64_t offset = address - region.base;
  if (region.base == 0) {
    // Nothing lies in this slot: near zero it is a null pointer, elsewhere a value that never was an address.
    const bool null = info.space != ptx::Space::shared && (address < kSlotMiddle || static_cast<int64_t>(address) < 0);
    incident.kind = null ? Finding::Kind::null_pointer : Finding::Kind::out_of_bounds;
    incident.text = null ? fmt::format("{} through a null pointer (address {:#x})", incident.verb, address)
                         : fmt::format("{} at {:#x}, which is in no buffer", incident.verb, address);
    report_lane(warp, lane, incident);
    return nullptr;
  }
  if (offset > region.bytes || bytes > region.bytes - offset) {
    incident.kind = region.per_lane ? Finding::Kind::stack_overflow : Finding::Kind::out_of_bounds;
    report_lane(warp, lane, incident);
    return nullptr;
  }
  if (address % bytes != 0) {
    incident.kind = Finding::Kind::misaligned;
    report_lane(warp, lane, incident);
    return nullptr;
  }
  if (use != Use::read && !region.writable) {
    incident.kind = Finding::Kind::read_only_write;
    report_lane(warp, lane, incident);
    return nullptr;
  }
  bool ignored = false;
  bool& is_undefined = undefined != nullptr ? *undefined : ignored;
  if (region.is_shared) {
    const uint64_t place = region.shared + offset;
    SharedShadow& shadow = warp.block->shadow;
    if (use == Use::atomic) {
      is_undefined = shadow.atomic(warp, place, bytes, lane);
    } else {
      uint64_t places[kLanes];
      places[lane] = place;
      const auto first = static_cast<uint32_t>(place);
      const SharedAccess access{places, bytes, 1u << lane, false, true, 0, info.strong, first, first + bytes};
      if (use == Use::read) {
        is_undefined = shadow.read(warp, access) != 0;
      } else {
        shadow.write(warp, access, nullptr);
        if (is_undefined) shadow.mark_undefined(access, 1u << lane);
      }
    }
    return region.host + offset;
  }
  if (region.per_lane) {
    const uint64_t place = static_cast<uint64_t>(lane) * warp.local_bytes + offset;
    uint8_t* at = warp.local_undefined.data() + place;
    if (use == Use::write) {
      std::memset(at, is_undefined ? 0xff : 0, bytes);
    } else {
      is_undefined = std::any_of(at, at + bytes, [](uint8_t u) { return u != 0; });
    }
    return region.host + place;
  }
  Buffer& buffer = *region.buffer;
  const bool write = use != Use::read;
  if (buffer.shadow) {
    uint64_t offsets[kLanes];
    offsets[lane] = offset;
    const GlobalAccess access{offsets, bytes, 1u << lane, false, false, write, info.strong || use == Use::atomic};
    buffer.shadow->touch(warp, buffer, access, nullptr);
  }
  if (!buffer.undefined.empty()) {
    uint8_t* at = buffer.undefined.data() + offset;
    if (use == Use::write) {
      std::memset(at, is_undefined ? 0xff : 0, bytes);
      if (is_undefined && buffer.host_reads) report_undefined_store(warp, buffer, offset, 1u << lane);
    } else {
      is_undefined = std::any_of(at, at + bytes, [](uint8_t u) { return u != 0; });
    }
  }
  return region.host + offset;
}

void lane_by_lane(Warp& warp, const MemoryInfo& info, uint32_t mask, Use use) {
  static const std::byte zeros[32] = {};
  const LaneMemory& lanes = lane_memory();
  const uint64_t none[kLanes] = {};
  const uint32_t values = use == Use::write ? undefined_values(warp, info, mask) : 0;
  uint32_t undefined_lanes = 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    bool undefined = (values >> l) & 1;
    std::byte* host = resolve_lane(warp, info, l, access_bytes(info), use, &undefined);
    if (use == Use::read && host != nullptr && undefined) {
      if (undefined_lanes == 0) remember_origin(warp, info, l);  // before the load replaces its own address
      undefined_lanes |= 1u << l;
    }
    for (uint32_t e = 0; e < info.elements; ++e) {
      char* row = warp.registers + info.rows[e];
      if (use == Use::read) {
        const std::byte* from = host != nullptr ? host + e * info.width : zeros;
        lanes.gather(row, info.register_bytes[e], from, none, info.width, info.sign_extend, 1u << l);
      } else if (host != nullptr) {
        lanes.scatter(row, info.register_bytes[e], host + e * info.width, none, info.width, 1u << l);
      }
    }
  }
  if (use != Use::read) return;
  if (undefined_lanes != 0 && !warp.tracking) start_tracking(warp);
  for (uint32_t e = 0; e < info.elements; ++e) set_undefined(warp, info.rows[e], mask, undefined_lanes);
}

}  // namespace vgpu
