#include "vgpu/machine/checks/lane_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "vgpu/machine/checks/absence.h"
#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/region.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

const SharedVariable& shared_variable(const Warp& warp, const MemoryInfo& info, const Region& region) {
  const uint64_t window = info.space == ptx::Space::shared ? 0 : slot_base(kSharedSlot);
  return warp.launch->program.shared[(region.base - window) >> kSharedSlotBits];
}

/// What a finding calls the region; empty where the address lies in none.
std::string_view name_of(const Warp& warp, const MemoryInfo& info, const Region& region) {
  if (region.buffer != nullptr) return region.buffer->name;
  if (region.per_lane) return "local memory";
  return region.base != 0 ? std::string_view(shared_variable(warp, info, region).name) : std::string_view();
}

void describe(const Warp& warp, const MemoryInfo& info, uint64_t address, const Region& region, Incident& incident) {
  incident.address = address;
  incident.buffer = name_of(warp, info, region);
  if (region.buffer != nullptr) {
    incident.element_name = region.buffer->element_name;
    incident.element_bytes = region.buffer->element_bytes;
    if (region.buffer->on_heap) {  // bytes of any type: the access says how large its elements are
      incident.element_bytes = info.width;
      incident.element_name = "element";
    }
  } else if (!region.per_lane && region.base != 0) {
    const SharedVariable& variable = shared_variable(warp, info, region);
    // An array's element type is lost in PTX: the access says how large its elements are.
    incident.element_name = variable.element_bytes < info.width ? "element" : variable.element;
    incident.element_bytes = std::max<uint32_t>(variable.element_bytes, info.width);
  }
  if (region.buffer != nullptr) incident.memory = Memory::global;
  if (region.is_shared) {
    const bool dynamic = shared_variable(warp, info, region).bytes == 0;
    incident.memory = dynamic ? Memory::dynamic_shared : Memory::shared;
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

/// Whether an address is near zero rather than a value that never was an address, where no buffer lies.
bool is_null(const MemoryInfo& info, uint64_t address) {
  return info.space != ptx::Space::shared && (address < kSlotMiddle || static_cast<int64_t>(address) < 0);
}

std::optional<Finding::Kind> what_is_wrong(const MemoryInfo& info, uint64_t address, const Region& region,
                                           uint32_t bytes, Use use) {
  const uint64_t offset = address - region.base;
  if (region.base == 0) {
    return is_null(info, address) ? Finding::Kind::null_pointer : Finding::Kind::out_of_bounds;
  }
  if (region.buffer != nullptr && region.buffer->freed_pc != kNone) return Finding::Kind::heap;
  if (offset > region.bytes || bytes > region.bytes - offset) {
    return region.per_lane ? Finding::Kind::stack_overflow : Finding::Kind::out_of_bounds;
  }
  if (address % bytes != 0) return Finding::Kind::misaligned;
  if (use != Use::read && !region.writable) return Finding::Kind::read_only_write;
  return std::nullopt;
}

void report_access(Warp& warp, const MemoryInfo& info, int lane, uint64_t address, const Region& region, uint32_t bytes,
                   Use use, Finding::Kind kind) {
  if (unreported(warp, 1u << lane, kind, name_of(warp, info, region), address - region.base) == 0) return;
  Incident incident;
  incident.kind = kind;
  incident.verb = verb_of(use);
  incident.width = bytes;
  describe(warp, info, address, region, incident);
  if (region.base == 0) {
    incident.text = is_null(info, address)
                        ? fmt::format("{} through a null pointer (address {:#x})", incident.verb, address)
                        : fmt::format("{} at {:#x}, which is in no buffer", incident.verb, address);
  }
  if (kind == Finding::Kind::heap) {
    incident.text =
        fmt::format("{} {}, {} bytes from its start, after it was freed at line {}", incident.verb, incident.buffer,
                    incident.byte_offset, place_of(warp.launch->program, region.buffer->freed_pc).line);
    incident.cause = "free() comes too early, or another thread still uses the memory";
  }
  report_lane(warp, lane, incident);
}

/// One lane stores an undefined value: its origin goes along, and where the host will read it, it is a finding.
void note_undefined_store(Warp& warp, const MemoryInfo& info, int lane) {
  const uint64_t address = address_of(warp, info, lane);
  const Region region = region_of(warp, info.space, address);
  for (uint32_t e = 0; e < info.elements; ++e) {
    if ((undefined_of(warp, info.rows[e]) >> lane & 1) == 0) continue;
    const uint32_t first = e * info.width;
    keep_stored_origin(warp, info, lane, first, info.width, info.rows[e]);
    if (region.buffer == nullptr || region.buffer->undefined.empty() || !region.buffer->host_reads) continue;
    report_undefined_store(warp, *region.buffer, 1u << lane, info.rows[e],
                           [&](int) { return address - region.base + first; });
  }
}

}  // namespace

uint32_t undefined_values(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  if (!warp.tracking) return 0;
  uint32_t lanes = 0;
  for (uint32_t e = 0; e < info.elements; ++e) lanes |= undefined_of(warp, info.rows[e]);
  return lanes & mask;
}

void report_undefined_store(Warp& warp, const Buffer& buffer, uint32_t lanes, uint32_t row,
                            const std::function<uint64_t(int)>& offset_of) {
  report_undefined(warp, lanes, row, [&](int lane) {
    return fmt::format("{}[{}] is given", buffer.name, offset_of(lane) / std::max<uint32_t>(buffer.element_bytes, 1));
  });
}

std::string element_at(Warp& warp, const MemoryInfo& info, uint64_t address) {
  const Region region = region_of(warp, info.space, address);
  if (region.per_lane) return "a local variable or array";
  Incident incident;
  describe(warp, info, address, region, incident);
  return fmt::format("{}[{}]{}", incident.buffer, incident.byte_offset / std::max<int64_t>(incident.element_bytes, 1),
                     region.is_shared ? " (shared)" : "");
}

OriginId origin_of_read(Warp& warp, const MemoryInfo& info, int lane, uint32_t first, uint32_t bytes) {
  const uint64_t start = address_of(warp, info, lane), address = start + first;
  const Region region = region_of(warp, info.space, start);
  const uint64_t offset = address - region.base;
  OriginId stored = 0;
  bool found = false;
  uint64_t key = address;
  if (region.is_shared) {
    found = warp.block->shadow.origins().find(region.shared + offset, bytes, stored);
  } else if (region.per_lane) {
    found = warp.local_origins.find(local_origin_key(lane, offset), bytes, stored);
    key = 0;  // whose element it was is of no interest
  } else if (region.buffer != nullptr) {
    const std::lock_guard lock(region.buffer->origins_mutex);
    found = region.buffer->origins.find(offset, bytes, stored);
  }
  if (found) return stored;
  return origin_at(warp, warp.pc, key, [&] {
    Origin origin;
    origin.buffer = name_of(warp, info, region);
    origin.what = element_at(warp, info, address) + ", which nobody wrote";
    const std::string returned = region.is_shared ? who_returned(*warp.block) : "";
    if (!returned.empty()) origin.cause = returned + ": was it theirs to write?";
    return origin;
  });
}

void keep_stored_origin(Warp& warp, const MemoryInfo& info, int lane, uint32_t first, uint32_t bytes, uint32_t row) {
  const uint64_t address = address_of(warp, info, lane);
  const Region region = region_of(warp, info.space, address);
  const uint64_t offset = address - region.base + first;
  // A copy is no use of a variable; but what lies in memory is to say where it is from.
  const OriginId id = used_origin(warp, row, lane, warp.pc);
  if (region.is_shared) {
    warp.block->shadow.origins().put(region.shared + offset, bytes, id);
  } else if (region.per_lane) {
    warp.local_origins.put(local_origin_key(lane, offset), bytes, id);
  } else if (region.buffer != nullptr) {
    const std::lock_guard lock(region.buffer->origins_mutex);
    region.buffer->origins.put(offset, bytes, id);
  }
}

namespace {

template <class Counted>
uint32_t lanes_left(uint32_t lanes, Counted counted) {
  uint32_t left = 0;
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    if (!counted(std::countr_zero(m))) left |= m & -m;
  }
  return left;
}

}  // namespace

uint32_t unreported(const Warp& warp, uint32_t lanes, Finding::Kind kind, std::string_view buffer, uint64_t offset,
                    uint32_t read_site, uint32_t weight) {
  if (lanes == 0) return 0;
  Report& report = warp.launch->report;
  const uint32_t pc = learners_pc(warp);
  return lanes_left(lanes, [&](int lane) {
    return report.count(kind, pc, buffer, static_cast<int64_t>(offset), warp.block->index, warp.thread_of(lane),
                        read_site, weight);
  });
}

uint32_t unreported_at(const Warp& warp, uint32_t lanes, Finding::Kind kind, std::string_view buffer, int line) {
  return lanes_left(lanes, [&](int lane) {
    return warp.launch->report.count_at(kind, line, buffer, 0, warp.block->index, warp.thread_of(lane));
  });
}

namespace {

/// The file that the kernel is in; empty where the PTX does not say.
std::string own_file(const LaunchState& launch) {
  for (uint32_t pc = launch.kernel.first; pc < launch.kernel.end; ++pc) {
    const Place place = place_of(launch.program, pc);
    if (place.line > 0) return place.file;
  }
  return "";
}

}  // namespace

std::string line_text(const LaunchState& launch, uint32_t pc) {
  const Place place = place_of(launch.program, pc);
  const std::string own = own_file(launch);
  if (place.line == 0 || own.empty() || place.file == own) return fmt::format("line {}", place.line);
  return fmt::format("line {} of {}", place.line, place.file.substr(place.file.rfind('/') + 1));
}

uint32_t learners_pc(const Warp& warp) {
  const auto frame = static_cast<uint32_t>(warp.registers - warp.file);
  const auto running =
      std::find_if(warp.groups.begin(), warp.groups.end(), [&](const Group& group) { return group.frame == frame; });
  if (running == warp.groups.end() || running->returns.empty()) return warp.pc;
  const Program& program = warp.launch->program;
  const std::string own = own_file(*warp.launch);
  if (own.empty()) return warp.pc;
  uint32_t pc = warp.pc;
  for (auto back = running->returns.rbegin(); back != running->returns.rend(); ++back) {
    const Place place = place_of(program, pc);
    if (place.line > 0 && place.file == own) return pc;
    pc = back->pc;
  }
  return place_of(program, pc).file == own ? pc : warp.pc;
}

void report_lane(Warp& warp, int lane, Incident incident) {
  incident.pc = learners_pc(warp);
  incident.block = warp.block->index;
  incident.thread = warp.thread_of(lane);
  warp.launch->report.add(incident);
}

std::byte* resolve_lane(Warp& warp, const MemoryInfo& info, int lane, uint32_t bytes, Use use, bool* undefined) {
  const uint64_t address = address_of(warp, info, lane);
  const Region region = region_of(warp, info.space, address);
  const uint64_t offset = address - region.base;
  if (const auto wrong = what_is_wrong(info, address, region, bytes, use)) {
    report_access(warp, info, lane, address, region, bytes, use, *wrong);
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
      SharedAccess access{places, bytes, 1u << lane, false, true, 0, info.strong, first, first + bytes};
      access.is_volatile = info.is_volatile;
      if (use == Use::read) {
        is_undefined = shadow.read(warp, access) != 0;
      } else {
        shadow.write(warp, access, nullptr);
        if (is_undefined) shadow.mark_undefined(access, 1u << lane);  // its origin: lane_by_lane()
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
      is_undefined = any_undefined(at, bytes);
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
  } else if (write && warp.block->writes) {
    warp.block->writes->add(buffer, offset, bytes, use == Use::atomic);
  }
  if (!buffer.undefined.empty()) {
    uint8_t* at = buffer.undefined.data() + offset;
    if (use == Use::write) {
      std::memset(at, is_undefined ? 0xff : 0, bytes);
    } else {
      is_undefined = any_undefined(at, bytes);
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
  OriginId origins[kLanes];
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    bool undefined = (values >> l) & 1;
    std::byte* host = resolve_lane(warp, info, l, access_bytes(info), use, &undefined);
    if (host != nullptr && undefined) {
      if (use == Use::read) {
        origins[l] = origin_of_read(warp, info, l, 0, access_bytes(info));  // before the load replaces its own address
      } else {
        note_undefined_store(warp, info, l);
      }
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
  for (uint32_t e = 0; e < info.elements; ++e) {
    set_undefined(warp, info.rows[e], mask, undefined_lanes);
    for (uint32_t m = undefined_lanes; m != 0; m &= m - 1) {
      origins_of(warp, info.rows[e])[std::countr_zero(m)] = origins[std::countr_zero(m)];
    }
  }
}

}  // namespace vgpu
