#include "vgpu/machine/load_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/async_copy.h"
#include "vgpu/machine/definedness.h"
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
  uint64_t shared = 0;       ///< shared memory: where it lies in the block's storage
  bool is_shared = false;
};

// The regions are written field by field into their place: a copy would wait for the narrow stores to drain.
void global_region(const Warp& warp, uint64_t address, Region& r) {
  Buffer* buffer = warp.launch->memory.slot_of(address);
  if (buffer == nullptr) return;
  r.host = buffer->host;
  r.base = buffer->base;
  r.bytes = buffer->bytes;
  r.writable = buffer->writable;
  r.buffer = buffer;
}

// `window` is 0 for a shared address and the generic window's base for a generic one.
void shared_region(const Warp& warp, uint64_t address, uint64_t window, Region& r) {
  const uint64_t variable = (address - window) >> kSharedSlotBits;
  const LaunchState& launch = *warp.launch;
  if (variable >= launch.shared_offset.size()) return;
  r.shared = launch.shared_offset[variable];
  r.host = warp.block->shared.data() + r.shared;
  r.base = window + shared_address(static_cast<uint32_t>(variable));
  r.bytes = launch.shared_bytes[variable];
  r.is_shared = true;
}

void local_region(const Warp& warp, uint64_t window, Region& r) {
  r.host = warp.local_memory.get();
  r.base = window + kLocalStart;
  r.bytes = warp.local_end;
  r.per_lane = true;
}

/// Fills a fresh Region; base stays 0 where nothing lies at the address.
void find_region(const Warp& warp, ptx::Space space, uint64_t address, Region& r) {
  switch (space) {
    case ptx::Space::shared:
      return shared_region(warp, address, 0, r);
    case ptx::Space::local:
      return local_region(warp, 0, r);
    case ptx::Space::generic:
      switch (address >> kSlotBits) {
        case kSharedSlot:
          return shared_region(warp, address, slot_base(kSharedSlot), r);
        case kLocalSlot:
          return local_region(warp, slot_base(kLocalSlot), r);
        default:
          return global_region(warp, address, r);
      }
    default:
      return global_region(warp, address, r);
  }
}

Region region_of(const Warp& warp, ptx::Space space, uint64_t address) {
  Region region;
  find_region(warp, space, address, region);
  return region;
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

uint32_t access_bytes(const MemoryInfo& info) { return uint32_t{info.width} * info.elements; }

/// The lanes whose value to be stored is undefined.
uint32_t undefined_values(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  if (!warp.tracking) return 0;
  uint32_t lanes = 0;
  for (uint32_t e = 0; e < info.elements; ++e) lanes |= undefined_of(warp, info.rows[e]);
  return lanes & mask;
}

/// An address that hangs on an undefined value is reported once and then taken as it is.
void check_address(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  if (!warp.tracking || info.base == kNone) return;
  const uint32_t lanes = undefined_of(warp, info.base) & mask;
  if (lanes == 0) return;
  report_undefined(warp, lanes, "the address hangs on");
  set_undefined(warp, info.base, mask, 0);
}

void report_undefined_store(Warp& warp, const Buffer& buffer, uint64_t offset, uint32_t lanes) {
  report_undefined(warp, lanes,
                   fmt::format("{}[{}] is given", buffer.name, offset / std::max<uint32_t>(buffer.element_bytes, 1)));
}

/// Notes a global access in the buffer's shadow, which looks for races.
void note_global(Warp& warp, const MemoryInfo& info, Buffer& buffer, const uint64_t* offsets, uint32_t mask,
                 bool write) {
  Block& block = *warp.block;
  if (info.releases && !warp.launch->released.empty()) warp.launch->released[block.linear] = block.tick();
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    buffer.shadow->touch(warp, buffer, offsets[l], access_bytes(info), l, write, info.strong, write ? &info : nullptr);
  }
  if (info.strong && !write) block.acquired = block.tick();
}

/// The slow way: lane by lane, every check, a finding for what is wrong. Loads give zeros there, stores nothing.
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
  find_region(warp, info.space, address, r.region);
  const Region& region = r.region;
  const uint32_t bytes = access_bytes(info);
  if (region.base == 0 || region.bytes < bytes || (write && !region.writable)) return false;
  const uint64_t limit = region.bytes - bytes;
  const uint64_t add = static_cast<uint64_t>(info.offset) - region.base;
  if (info.base == kNone) {
    for (uint64_t& offset : r.offsets) offset = add;
    r.shape = {add <= limit, (add & (bytes - 1)) == 0, false, true};
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

SharedAccess shared_access(const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  return {r.offsets,       access_bytes(info), mask,       r.shape.consecutive && mask == kFullMask,
          r.shape.uniform, r.region.shared,    info.strong};
}

void count_access(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask, bool write) {
  const CountedAccess access{
      r.offsets, r.region.shared, access_bytes(info), mask, r.shape.consecutive && mask == kFullMask, r.shape.uniform};
  SiteCounts& counts = warp.block->counts[warp.pc];
  if (r.region.is_shared) {
    count_shared(counts, access);
  } else if (r.region.buffer != nullptr) {
    count_global(counts, access, write ? r.region.buffer->written_sectors : r.region.buffer->read_sectors);
  }
}

bool any_undefined(const uint8_t* at, uint32_t bytes) {
  return std::any_of(at, at + bytes, [](uint8_t u) { return u != 0; });
}

/// The lanes that read a byte nobody has written, among `bytes` bytes at `first` of each lane's access.
uint32_t undefined_bytes(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask, uint32_t first,
                         uint32_t bytes) {
  if (r.region.is_shared) {
    SharedAccess access = shared_access(info, r, mask);
    access.base += first;
    access.bytes = bytes;
    access.consecutive = false;
    return warp.block->shadow.undefined_lanes(access);
  }
  const std::vector<uint8_t>& shadow = r.region.per_lane ? warp.local_undefined : r.region.buffer->undefined;
  uint32_t lanes = 0;
  for (uint32_t m = shadow.empty() ? 0 : mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    if (any_undefined(shadow.data() + r.offsets[l] + first, bytes)) lanes |= 1u << l;
  }
  return lanes;
}

/// What the checks want to know of a load that is inside its region; definedness goes to the destination rows.
void note_load(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  count_access(warp, info, r, mask, false);
  uint32_t undefined = 0;
  if (r.region.is_shared) {
    if (warp.block->copies) check_pending_copies(warp, info, mask);
    undefined = warp.block->shadow.read(warp, shared_access(info, r, mask));
  } else {
    if (Buffer* buffer = r.region.buffer; buffer != nullptr && buffer->shadow) {
      note_global(warp, info, *buffer, r.offsets, mask, false);
    }
    undefined = undefined_bytes(warp, info, r, mask, 0, access_bytes(info));
  }
  if (undefined != 0) {
    remember_origin(warp, info, std::countr_zero(undefined));
    if (!warp.tracking) start_tracking(warp);
  }
  if (!warp.tracking) return;
  for (uint32_t e = 0; e < info.elements; ++e) {
    const uint32_t lanes = undefined == 0 || info.elements == 1
                               ? undefined
                               : undefined_bytes(warp, info, r, mask, e * info.width, info.width);
    set_undefined(warp, info.rows[e], mask, lanes);
  }
}

void note_store(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  count_access(warp, info, r, mask, true);
  Buffer* buffer = r.region.buffer;
  if (r.region.is_shared) {
    warp.block->shadow.write(warp, shared_access(info, r, mask), &info);
  } else if (buffer != nullptr && buffer->shadow) {
    note_global(warp, info, *buffer, r.offsets, mask, true);
  }
  std::vector<uint8_t>* bytes = r.region.per_lane   ? &warp.local_undefined
                                : buffer != nullptr ? &buffer->undefined
                                                    : nullptr;
  if (bytes != nullptr && !bytes->empty()) {
    for (uint32_t m = mask; m != 0; m &= m - 1) {
      std::memset(bytes->data() + r.offsets[std::countr_zero(m)], 0, access_bytes(info));
    }
  }
  if (!warp.tracking) return;
  for (uint32_t e = 0; e < info.elements; ++e) {
    const uint32_t lanes = undefined_of(warp, info.rows[e]) & mask;
    if (lanes == 0) continue;
    if (r.region.is_shared) {
      SharedAccess access = shared_access(info, r, mask);
      access.base += e * info.width;
      access.bytes = info.width;
      warp.block->shadow.mark_undefined(access, lanes);
    } else if (bytes != nullptr && !bytes->empty()) {
      for (uint32_t m = lanes; m != 0; m &= m - 1) {
        std::memset(bytes->data() + r.offsets[std::countr_zero(m)] + e * info.width, 0xff, info.width);
      }
    }
    if (buffer != nullptr && buffer->host_reads) {
      report_undefined_store(warp, *buffer, r.offsets[std::countr_zero(lanes)] + e * info.width, lanes);
    }
  }
}

bool whole_rows(const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  return mask == kFullMask && r.shape.consecutive && info.width >= 4 && info.width <= 8 && info.elements <= 4 &&
         info.register_bytes[0] == info.width;
}

}  // namespace

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

uint64_t address_of(const Warp& warp, const MemoryInfo& info, int lane) {
  uint64_t base = 0;
  if (info.base != kNone) {
    base = info.address_is_32 ? row_at<uint32_t>(warp.registers, info.base)[lane]
                              : row_at<uint64_t>(warp.registers, info.base)[lane];
  }
  return base + static_cast<uint64_t>(info.offset);
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
      const SharedAccess access{places, bytes, 1u << lane, false, false, 0, info.strong};
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
  if (buffer.shadow)
    buffer.shadow->touch(warp, buffer, offset, bytes, lane, write, info.strong || use == Use::atomic, nullptr);
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

void load_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  check_address(warp, info, mask);
  Resolved r;
  if (!resolve(warp, info, mask, false, r)) [[unlikely]] {
    lane_by_lane(warp, info, mask, Use::read);
    return;
  }
  note_load(warp, info, r, mask);
  const LaneMemory& lanes = lane_memory();
  if (whole_rows(info, r, mask)) {
    void* rows[4];
    for (uint32_t e = 0; e < info.elements; ++e) rows[e] = warp.registers + info.rows[e];
    lanes.load_rows(rows, r.region.host + r.offsets[0], info.width, info.elements);
    return;
  }
  if (r.shape.uniform && mask == kFullMask && info.elements == 1 && info.width == 4 && info.register_bytes[0] == 4 &&
      !r.region.per_lane) {
    uint32_t value = 0;
    std::memcpy(&value, r.region.host + r.offsets[0], 4);
    std::fill_n(row_at<uint32_t>(warp.registers, info.rows[0]), kLanes, value);
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
  check_address(warp, info, mask);
  Resolved r;
  if (!resolve(warp, info, mask, true, r)) [[unlikely]] {
    lane_by_lane(warp, info, mask, Use::write);
    return;
  }
  note_store(warp, info, r, mask);
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
  // An area has one definedness for all its bytes.
  const uint32_t undefined = get_undefined(warp, info.frame_offset);
  for (uint32_t e = 0; e < info.elements; ++e) set_undefined(warp, info.rows[e], mask, undefined);
}

void store_area_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  uint64_t offsets[kLanes];
  for (uint64_t l = 0; l < kLanes; ++l) offsets[l] = l * info.lane_stride;
  for (uint32_t e = 0; e < info.elements; ++e) {
    lane_memory().scatter(warp.registers + info.rows[e], info.register_bytes[e],
                          warp.registers + info.frame_offset + info.offset + e * info.width, offsets, info.width, mask);
  }
  set_undefined(warp, info.frame_offset, mask, undefined_values(warp, info, mask));
}

}  // namespace vgpu
