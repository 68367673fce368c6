#include "vgpu/machine/load_store.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "vgpu/machine/block_marks.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

/// A piece of memory that an access is meant for.
struct Region {
  std::byte* host = nullptr;
  uint64_t base = 0;  ///< address of its first byte, in the space the address is in
  uint64_t bytes = 0;
  bool writable = true;
  Buffer* buffer = nullptr;  ///< global memory only
  bool per_lane = false;     ///< local memory: each lane has its own
};

Region global_region(const Warp& warp, uint64_t address) {
  Buffer* buffer = warp.launch->memory.slot_of(address);
  if (buffer == nullptr) return {};
  return {buffer->host, buffer->base, buffer->bytes, buffer->writable, buffer, false};
}

// `window` is 0 for a shared address and the generic window's base for a generic one.
Region shared_region(const Warp& warp, uint64_t address, uint64_t window) {
  const uint64_t variable = (address - window) >> kSharedSlotBits;
  const LaunchState& launch = *warp.launch;
  if (variable >= launch.shared_offset.size()) return {};
  return {warp.block->shared.data() + launch.shared_offset[variable],
          window + shared_address(static_cast<uint32_t>(variable)),
          launch.shared_bytes[variable],
          true,
          nullptr,
          false};
}

Region local_region(const Warp& warp, uint64_t window) {
  return {warp.local_memory.get(), window + kLocalStart, warp.local_bytes, true, nullptr, true};
}

Region region_of(const Warp& warp, ptx::Space space, uint64_t address) {
  switch (space) {
    case ptx::Space::shared:
      return shared_region(warp, address, 0);
    case ptx::Space::local:
      return local_region(warp, 0);
    case ptx::Space::generic:
      switch (address >> kSlotBits) {
        case kSharedSlot:
          return shared_region(warp, address, slot_base(kSharedSlot));
        case kLocalSlot:
          return local_region(warp, slot_base(kLocalSlot));
        default:
          return global_region(warp, address);
      }
    default:
      return global_region(warp, address);
  }
}

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
    incident.element_name = variable.element;
    incident.element_bytes = variable.element_bytes;
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

uint32_t access_bytes(const MemoryInfo& info) { return uint32_t{info.width} * info.elements; }

/// The slow way: lane by lane, every check, a finding for what is wrong. Loads give zeros there, stores nothing.
void lane_by_lane(Warp& warp, const MemoryInfo& info, uint32_t mask, Use use) {
  static const std::byte zeros[32] = {};
  const LaneMemory& lanes = lane_memory();
  const uint64_t none[kLanes] = {};
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    std::byte* host = resolve_lane(warp, info, l, access_bytes(info), use);
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
}

/// The addresses of an access relative to the region of its first lane, and their shape.
struct Resolved {
  Region region;
  AddressShape shape;
  alignas(64) uint64_t offsets[kLanes];
};

// False where the access has to go lane by lane.
bool resolve(Warp& warp, const MemoryInfo& info, uint32_t mask, bool write, Resolved& r) {
  const int first = std::countr_zero(mask);
  const uint64_t address = address_of(warp, info, first);
  r.region = region_of(warp, info.space, address);
  const Region& region = r.region;
  const uint32_t bytes = access_bytes(info);
  if (region.base == 0 || region.bytes < bytes || (write && !region.writable)) return false;
  const uint64_t limit = region.bytes - bytes;
  const uint64_t add = static_cast<uint64_t>(info.offset) - region.base;
  if (info.base == kNone) {
    for (uint64_t& offset : r.offsets) offset = add;
    r.shape = {add <= limit, add % bytes == 0, false, true};
  } else if (info.address_is_32) {
    r.shape = lane_memory().shape32(row_at<uint32_t>(warp.registers, info.base), add, mask, bytes, limit, r.offsets);
  } else {
    r.shape = lane_memory().shape64(row_at<uint64_t>(warp.registers, info.base), add, mask, bytes, limit, r.offsets);
  }
  if (!r.shape.inside || !r.shape.aligned) return false;
  if (region.per_lane) {
    r.shape.consecutive = r.shape.uniform = false;
    for (uint64_t l = 0; l < kLanes; ++l) r.offsets[l] += l * warp.local_bytes;
  }
  return true;
}

bool whole_rows(const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  return mask == kFullMask && r.shape.consecutive && info.width >= 4 && info.width <= 8 && info.elements <= 4 &&
         info.register_bytes[0] == info.width;
}

}  // namespace

void report_lane(Warp& warp, int lane, Incident incident) {
  incident.pc = warp.pc;
  incident.block = warp.block->index;
  incident.thread = warp.thread_of(lane);
  warp.launch->report.add(incident);
}

uint64_t address_of(const Warp& warp, const MemoryInfo& info, int lane) {
  uint64_t base = 0;
  if (info.base != kNone) {
    base = info.address_is_32 ? row_at<uint32_t>(warp.registers, info.base)[lane]
                              : row_at<uint64_t>(warp.registers, info.base)[lane];
  }
  return base + static_cast<uint64_t>(info.offset);
}

std::byte* resolve_lane(Warp& warp, const MemoryInfo& info, int lane, uint32_t bytes, Use use) {
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
  if (region.buffer != nullptr && region.buffer->marks != nullptr) {
    mark_block_lane(warp, *region.buffer, offset, bytes, use != Use::read);
  }
  return region.host + (region.per_lane ? static_cast<uint64_t>(lane) * warp.local_bytes : 0) + offset;
}

void load_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  Resolved r;
  if (!resolve(warp, info, mask, false, r)) [[unlikely]] {
    lane_by_lane(warp, info, mask, Use::read);
    return;
  }
  if (r.region.buffer != nullptr && r.region.buffer->marks != nullptr) {
    mark_block(warp, *r.region.buffer, r.offsets, access_bytes(info), mask, false);
  }
  const LaneMemory& lanes = lane_memory();
  if (whole_rows(info, r, mask)) {
    void* rows[4];
    for (uint32_t e = 0; e < info.elements; ++e) rows[e] = warp.registers + info.rows[e];
    lanes.load_rows(rows, r.region.host + r.offsets[0], info.width, info.elements);
    return;
  }
  // A destination may be the address register itself: the offsets are already computed.
  for (uint32_t e = 0; e < info.elements; ++e) {
    lanes.gather(warp.registers + info.rows[e], info.register_bytes[e], r.region.host + e * info.width, r.offsets,
                 info.width, info.sign_extend, mask);
  }
}

void store_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  Resolved r;
  if (!resolve(warp, info, mask, true, r)) [[unlikely]] {
    lane_by_lane(warp, info, mask, Use::write);
    return;
  }
  if (r.region.buffer != nullptr && r.region.buffer->marks != nullptr) {
    mark_block(warp, *r.region.buffer, r.offsets, access_bytes(info), mask, true);
  }
  const LaneMemory& lanes = lane_memory();
  if (whole_rows(info, r, mask)) {
    const void* rows[4];
    for (uint32_t e = 0; e < info.elements; ++e) rows[e] = warp.registers + info.rows[e];
    lanes.store_rows(rows, r.region.host + r.offsets[0], info.width, info.elements);
    return;
  }
  for (uint32_t e = 0; e < info.elements; ++e) {
    lanes.scatter(warp.registers + info.rows[e], info.register_bytes[e], r.region.host + e * info.width, r.offsets,
                  info.width, mask);
  }
}

void load_parameter_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  const std::span<const std::byte> parameters = warp.launch->parameters;
  const uint32_t bytes = access_bytes(info);
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
    if (info.base == kNone) return;
  }
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
}

void store_area_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  uint64_t offsets[kLanes];
  for (uint64_t l = 0; l < kLanes; ++l) offsets[l] = l * info.lane_stride;
  for (uint32_t e = 0; e < info.elements; ++e) {
    lane_memory().scatter(warp.registers + info.rows[e], info.register_bytes[e],
                          warp.registers + info.frame_offset + info.offset + e * info.width, offsets, info.width, mask);
  }
}

}  // namespace vgpu
