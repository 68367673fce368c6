#include "vgpu/machine/memory/memory.h"

#include <cstring>
#include <new>
#include <utility>

namespace vgpu {

namespace {
constexpr uint64_t kAlignment = 256;  // as cudaMalloc
constexpr uint64_t kMaxBytes = kSlotMiddle / 2;
}  // namespace

Buffer* MemoryMap::small_of(uint64_t address) const {
  if (Buffer* const block = heap_.find(address)) return block;
  const uint64_t piece = (address - slot_base(kFirstPieceSlot)) >> kPieceBits;
  return address >= slot_base(kFirstPieceSlot) && piece < pieces_.size() ? pieces_[piece].get() : nullptr;
}

Buffer& MemoryMap::put(uint64_t address, std::unique_ptr<Buffer> buffer, uint64_t bytes) {
  buffer->base = address;
  buffer->bytes = bytes;
  const uint64_t slot = address >> kSlotBits;
  if (slot < kFirstPieceSlot || slot >= kSharedSlot) {
    slots_[slot] = std::move(buffer);
    return *slots_[slot];
  }
  const uint64_t piece = (address - slot_base(kFirstPieceSlot)) >> kPieceBits;
  has_small_ = true;
  if (pieces_.size() <= piece) pieces_.resize(piece + 1);
  pieces_[piece] = std::move(buffer);
  return *pieces_[piece];
}

uint32_t MemoryMap::free_slot() const {
  for (uint32_t slot = kFirstBufferSlot; slot < kFirstHeapSlot; ++slot) {
    if (!slots_[slot]) return slot;
  }
  throw std::bad_alloc();
}

Buffer& MemoryMap::place(uint64_t address, uint64_t bytes) {
  if (bytes > kMaxBytes) throw std::bad_alloc();
  auto buffer = std::make_unique<Buffer>();
  buffer->storage.reset(new std::byte[bytes + 2 * kAlignment]);
  const auto raw = reinterpret_cast<uintptr_t>(buffer->storage.get());
  buffer->host = buffer->storage.get() + (kAlignment - raw % kAlignment) % kAlignment;
  std::memset(buffer->host, 0xff, bytes);
  return put(address, std::move(buffer), bytes);
}

Buffer& MemoryMap::allocate(uint64_t bytes) { return place(slot_address(free_slot()), bytes); }

Buffer& MemoryMap::allocate_lazy(uint64_t bytes, std::span<const std::byte> pattern) {
  if (bytes > kMaxBytes) throw std::bad_alloc();
  auto buffer = std::make_unique<Buffer>();
  buffer->lazy = std::make_unique<LazyMemory>(bytes, pattern);
  buffer->host = buffer->lazy->data();
  return put(slot_address(free_slot()), std::move(buffer), bytes);
}

Buffer& MemoryMap::wrap(std::span<std::byte> host) {
  if (host.size() > kMaxBytes) throw std::bad_alloc();
  auto buffer = std::make_unique<Buffer>();
  buffer->host = host.data();
  const uint64_t low_bits = reinterpret_cast<uintptr_t>(host.data()) % kAlignment;
  return put(slot_address(free_slot()) + low_bits, std::move(buffer), host.size());
}

}  // namespace vgpu
