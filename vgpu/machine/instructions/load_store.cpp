#include "vgpu/machine/instructions/load_store.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/checks/lane_access.h"
#include "vgpu/machine/checks/region.h"
#include "vgpu/machine/instructions/async_copy.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

/// An address that hangs on an undefined value is reported once and then taken as it is.
void check_address(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  if (!warp.tracking || info.base == kNone) return;
  const uint32_t lanes = undefined_of(warp, info.base) & mask;
  if (lanes == 0) return;
  report_undefined(warp, lanes, info.base, "the address hangs on");
  set_undefined(warp, info.base, mask, 0);
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
    r.shape = {add <= limit, (add & (bytes - 1)) == 0, false, true, 0};
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
  SharedAccess access{r.offsets,       access_bytes(info), mask,       r.shape.consecutive && mask == kFullMask,
                      r.shape.uniform, r.region.shared,    info.strong};
  access.is_volatile = info.is_volatile;
  const uint64_t offset = r.offsets[std::countr_zero(mask)];
  if (access.consecutive) {
    access.first = static_cast<uint32_t>(r.region.shared + offset);
    access.end = access.first + access.bytes * kLanes;
  } else if (access.uniform) {
    access.first = static_cast<uint32_t>(r.region.shared + offset);
    access.end = access.first + access.bytes;
  } else {
    access.near = r.shape.in_one_row();
    const uint64_t from = access.near ? offset / kRowBytes * kRowBytes : 0;
    access.first = static_cast<uint32_t>(r.region.shared + from);
    access.end = static_cast<uint32_t>(r.region.shared +
                                       (access.near ? std::min(from + kRowBytes, r.region.bytes) : r.region.bytes));
  }
  return access;
}

void count_access(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask, bool write) {
  CountedAccess access{
      r.offsets,       r.region.shared,     access_bytes(info), mask, r.shape.consecutive && mask == kFullMask,
      r.shape.uniform, r.shape.in_one_row()};
  SiteCounts& counts = warp.block->counts[warp.pc];
  if (r.region.is_shared) {
    if (info.merge.away) return;
    if (info.merge.bytes != 0) {
      access.base -= info.merge.before;
      access.bytes = info.merge.bytes;
      access.consecutive = false;
    }
    count_shared(counts, access, write);
  } else if (r.region.buffer != nullptr) {
    Buffer& buffer = *r.region.buffer;
    // What this block wrote itself need not come from DRAM. (Nor need what another one wrote; but which of them came
    // first is not for the counters to hang on.)
    uint32_t own = 0;
    if (!write && buffer.writable) {
      own = lanes_in(buffer.written_sectors, access);
      // In a sample there is no shadow, and the set holds what this block wrote.
      if (own != 0 && buffer.shadow) own = buffer.shadow->written_by(warp, r.offsets, access.bytes, own);
    }
    count_global(counts, access, write ? buffer.written_sectors : buffer.read_sectors, mask & ~own);
  }
}

/// Notes a global access in the buffer's shadow, which looks for races.
void note_global(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask, bool write) {
  Block& block = *warp.block;
  if (info.releases && !warp.launch->released.empty()) warp.launch->released[block.linear] = block.tick();
  const GlobalAccess access{r.offsets, access_bytes(info), mask, r.shape.consecutive, r.shape.uniform,
                            write,     info.strong};
  r.region.buffer->shadow->touch(warp, *r.region.buffer, access, write ? &info : nullptr);
  if (info.strong && !write) block.acquired = block.tick();
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

/// Of an undefined element that fills a register, the halves that are defined.
OriginId defined_halves(Warp& warp, const MemoryInfo& info, const Resolved& r, int lane, uint32_t element) {
  if (info.width < 4 || info.register_bytes[element] != info.width) return 0;
  const uint32_t half = info.width / 2u, first = element * info.width, bit = 1u << lane;
  return (undefined_bytes(warp, info, r, bit, first, half) == 0 ? kLowDefined : 0) |
         (undefined_bytes(warp, info, r, bit, first + half, half) == 0 ? kHighDefined : 0);
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
      note_global(warp, info, r, mask, false);
    }
    undefined = undefined_bytes(warp, info, r, mask, 0, access_bytes(info));
  }
  if (undefined != 0 && !warp.tracking) start_tracking(warp);
  if (!warp.tracking) return;
  uint32_t lanes[8] = {};
  OriginId origins[8][kLanes];  // all of them before a destination replaces the address
  for (uint32_t e = 0; e < info.elements && undefined != 0; ++e) {
    lanes[e] = info.elements == 1 ? undefined : undefined_bytes(warp, info, r, mask, e * info.width, info.width);
    for (uint32_t m = lanes[e]; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      origins[e][l] = origin_of_read(warp, info, l, e * info.width, info.width) | defined_halves(warp, info, r, l, e);
    }
  }
  for (uint32_t e = 0; e < info.elements; ++e) {
    set_undefined(warp, info.rows[e], mask, lanes[e]);
    OriginId* to = origins_of(warp, info.rows[e]);
    for (uint32_t m = lanes[e]; m != 0; m &= m - 1) to[std::countr_zero(m)] = origins[e][std::countr_zero(m)];
  }
}

void log_write(WriteLog& log, const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  const uint32_t bytes = access_bytes(info);
  if (r.shape.consecutive && mask == kFullMask) {
    log.add(*r.region.buffer, r.offsets[0], uint64_t{bytes} * kLanes);
  } else {
    log.add_lanes(*r.region.buffer, r.offsets, bytes, mask);
  }
}

void note_store(Warp& warp, const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  count_access(warp, info, r, mask, true);
  Buffer* buffer = r.region.buffer;
  if (r.region.is_shared) {
    warp.block->shadow.write(warp, shared_access(info, r, mask), &info);
  } else if (buffer != nullptr && buffer->shadow) {
    note_global(warp, info, r, mask, true);
  } else if (buffer != nullptr && warp.block->writes) {
    log_write(*warp.block->writes, info, r, mask);
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
    const OriginId* origins = origins_of(warp, info.rows[e]);
    for (uint32_t m = lanes; m != 0; m &= m - 1) {
      const int l = std::countr_zero(m);
      // Of a value that is half defined the other half is stored undefined.
      const uint32_t half = info.width / 2u;
      const bool halved = info.register_bytes[e] == info.width && (origins[l] & kHalves) != 0;
      const uint32_t first = e * info.width + (halved && (origins[l] & kLowDefined) != 0 ? half : 0);
      const uint32_t count = halved ? half : info.width;
      if (r.region.is_shared) {
        SharedAccess access = shared_access(info, r, mask);
        access.base += first;
        access.bytes = count;
        warp.block->shadow.mark_undefined(access, 1u << l);
      } else if (bytes != nullptr && !bytes->empty()) {
        std::memset(bytes->data() + r.offsets[l] + first, 0xff, count);
      }
      keep_stored_origin(warp, info, l, first, count, info.rows[e]);
    }
    if (buffer != nullptr && buffer->host_reads) {
      report_undefined_store(warp, *buffer, lanes, info.rows[e],
                             [&](int lane) { return r.offsets[lane] + e * info.width; });
    }
  }
}

/// What a release or an acquire of shared memory orders.
void order_by_words(Warp& warp, const MemoryInfo& info, uint32_t mask) {
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int lane = std::countr_zero(m);
    const uint64_t address = address_of(warp, info, lane);
    const Region region = region_of(warp, info.space, address);
    const uint64_t offset = address - region.base;
    if (region.is_shared && offset < region.bytes)
      order_by_word(warp, lane, region.shared + offset, info.releases, info.acquires);
  }
}

bool whole_rows(const MemoryInfo& info, const Resolved& r, uint32_t mask) {
  return mask == kFullMask && r.shape.consecutive && info.width >= 4 && info.width <= 8 && info.elements <= 4 &&
         info.register_bytes[0] == info.width;
}

}  // namespace

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
    lanes.broadcast(warp.registers + info.rows[0], 4, value);
    return;
  }
  // A destination may be the address register itself: the offsets are already computed.
  for (uint32_t e = 0; e < info.elements; ++e) {
    lanes.gather(warp.registers + info.rows[e], info.register_bytes[e], r.region.host + e * info.width, r.offsets,
                 info.width, info.sign_extend, mask);
  }
}

void load_and_look_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  if (info.acquires) order_by_words(warp, info, mask);  // first: the value may replace its own address
  load_step(warp, inst, mask);
  note_look(warp, info.rows[0], info.register_bytes[0], mask);
}

void access_memory(Warp& warp, const MemoryInfo& info, uint32_t mask, bool load) {
  if (mask == 0) return;
  Inst inst;
  inst.info = &info;
  load ? load_step(warp, inst, mask) : store_step(warp, inst, mask);
}

void store_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  check_address(warp, info, mask);
  if (info.releases) [[unlikely]]
    order_by_words(warp, info, mask);
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

}  // namespace vgpu
