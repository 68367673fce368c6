#pragma once
// Global memory: buffers in slots of the address space (address.h).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "vgpu/machine/counting/count.h"
#include "vgpu/machine/memory/address.h"
#include "vgpu/machine/memory/heap.h"
#include "vgpu/machine/memory/lazy_memory.h"
#include "vgpu/machine/shadows/global_shadow.h"
#include "vgpu/machine/shadows/origin.h"
#include "vgpu/write_map.h"

namespace vgpu {

/// One allocation. `host` is its first byte on this machine.
struct Buffer {
  std::byte* host = nullptr;
  uint64_t base = 0;  ///< device address of the first byte
  uint64_t bytes = 0;
  bool writable = true;
  std::string name;
  std::string element_name = "byte";
  uint32_t element_bytes = 1;
  std::unique_ptr<std::byte[]> storage;
  std::unique_ptr<LazyMemory> lazy;         ///< in its place, where the buffer costs only what is touched
  std::unique_ptr<GlobalShadow> shadow;     ///< if writable, from its first launch on: who touched what
  std::unique_ptr<WriteMap> writes;         ///< if watched: what coverage runs have stored
  std::vector<uint8_t> undefined;           ///< of each byte 0xff until it is written; empty: all of it is defined
  SectorSet read_sectors, written_sectors;  ///< of this launch
  StoredOrigins origins;                    ///< of those that were stored undefined; origins_mutex guards it
  std::mutex origins_mutex;
  bool on_heap = false;       ///< malloc() gave it
  uint32_t freed_pc = kNone;  ///< and this instruction took it back
  bool host_reads = true;     ///< false: scratch, undefined values may lie in it
};

/// Which buffer lies in which slot.
class MemoryMap {
 public:
  /// The buffer whose slot `address` falls into, nullptr: none. The address may be outside its bytes.
  Buffer* slot_of(uint64_t address) const {
    const uint64_t slot = address >> kSlotBits;
    if (slot >= kSlots) return nullptr;
    Buffer* const buffer = slots_[slot].get();
    return buffer != nullptr || !has_small_ ? buffer : small_of(address);
  }
  /// Host memory for [address, address + bytes), nullptr where that is not inside one buffer.
  std::byte* host(uint64_t address, uint64_t bytes) const {
    const Buffer* buffer = slot_of(address);
    if (buffer == nullptr) return nullptr;
    const uint64_t offset = address - buffer->base;
    return offset <= buffer->bytes && bytes <= buffer->bytes - offset ? buffer->host + offset : nullptr;
  }
  /// Puts a buffer of `bytes` (filled with 0xFF) in a slot of its own. Throws std::bad_alloc when slots or memory run
  /// out.
  Buffer& allocate(uint64_t bytes);
  /// Puts one at a slot's or a piece's address (address.h).
  Buffer& place(uint64_t address, uint64_t bytes);
  /// One whose memory costs only what is touched, of zeros or of a pattern again and again (lazy_memory.h).
  Buffer& allocate_lazy(uint64_t bytes, std::span<const std::byte> pattern);
  /// One whose bytes the caller holds, at an address with the same lowest eight bits as theirs.
  Buffer& wrap(std::span<std::byte> host);
  void release(uint32_t slot) { slots_[slot].reset(); }
  /// Of all undefined values that this memory's launches have met.
  Origins& origins() { return origins_; }
  void release_pieces() { pieces_.clear(); }
  /// What malloc() within kernels gives.
  Heap& heap() {
    has_small_ = true;
    return heap_;
  }
  template <class F>
  void for_each(F f) {
    for (auto& slot : slots_) {
      if (slot) f(*slot);
    }
    for (auto& piece : pieces_) {
      if (piece) f(*piece);
    }
    heap_.for_each(f);
  }

 private:
  uint32_t free_slot() const;
  Buffer* small_of(uint64_t address) const;
  Buffer& put(uint64_t address, std::unique_ptr<Buffer> buffer, uint64_t bytes);

  std::array<std::unique_ptr<Buffer>, kSlots> slots_;
  Origins origins_;
  std::vector<std::unique_ptr<Buffer>> pieces_;  ///< of the slots from kFirstPieceSlot on
  mutable Heap heap_;
  bool has_small_ = false;  ///< pieces or a heap
};

}  // namespace vgpu
