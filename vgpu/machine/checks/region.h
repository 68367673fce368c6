#pragma once
// Which memory an address lies in: a buffer, a shared variable, the lanes' stacks. Here and not in a .cpp because every
// load and store asks.

#include <cstddef>
#include <cstdint>

#include "vgpu/machine/memory/address.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

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
inline void global_region(const Warp& warp, uint64_t address, Region& r) {
  Buffer* buffer = warp.launch->memory.slot_of(address);
  if (buffer == nullptr) return;
  r.host = buffer->host;
  r.base = buffer->base;
  r.bytes = buffer->bytes;
  r.writable = buffer->writable;
  r.buffer = buffer;
}

// `window` is 0 for a shared address and the generic window's base for a generic one.
inline void shared_region(const Warp& warp, uint64_t address, uint64_t window, Region& r) {
  const uint64_t variable = (address - window) >> kSharedSlotBits;
  const LaunchState& launch = *warp.launch;
  if (variable >= launch.shared_offset.size()) return;
  r.shared = launch.shared_offset[variable];
  r.host = warp.block->shared.data() + r.shared;
  r.base = window + shared_address(static_cast<uint32_t>(variable));
  r.bytes = launch.shared_bytes[variable];
  r.is_shared = true;
}

inline void local_region(const Warp& warp, uint64_t window, Region& r) {
  r.host = warp.local_memory.get();
  r.base = window + kLocalStart;
  r.bytes = warp.local_end;
  r.per_lane = true;
}

/// Fills a fresh Region; base stays 0 where nothing lies at the address.
inline void find_region(const Warp& warp, ptx::Space space, uint64_t address, Region& r) {
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

inline Region region_of(const Warp& warp, ptx::Space space, uint64_t address) {
  Region region;
  find_region(warp, space, address, region);
  return region;
}

}  // namespace vgpu
