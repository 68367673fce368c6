#include "vgpu/machine/memory.h"

#include <cstring>
#include <new>
#include <utility>

namespace vgpu {

namespace {
constexpr uint64_t kAlignment = 256;  // as cudaMalloc
constexpr uint64_t kMaxBytes = kSlotMiddle / 2;
}  // namespace

Buffer& MemoryMap::put(uint32_t slot, std::unique_ptr<Buffer> buffer, uint64_t bytes) {
  buffer->base = slot_address(slot);
  buffer->bytes = bytes;
  slots_[slot] = std::move(buffer);
  return *slots_[slot];
}

uint32_t MemoryMap::free_slot() const {
  for (uint32_t slot = kFirstBufferSlot; slot < kFirstModuleSlot; ++slot) {
    if (!slots_[slot]) return slot;
  }
  throw std::bad_alloc();
}

Buffer& MemoryMap::place(uint32_t slot, uint64_t bytes) {
  if (bytes > kMaxBytes) throw std::bad_alloc();
  auto buffer = std::make_unique<Buffer>();
  buffer->storage.reset(new std::byte[bytes + 2 * kAlignment]);
  const auto raw = reinterpret_cast<uintptr_t>(buffer->storage.get());
  buffer->host = buffer->storage.get() + (kAlignment - raw % kAlignment) % kAlignment;
  std::memset(buffer->host, 0xff, bytes);
  return put(slot, std::move(buffer), bytes);
}

Buffer& MemoryMap::allocate(uint64_t bytes) { return place(free_slot(), bytes); }

Buffer& MemoryMap::allocate_lazy(uint64_t bytes, std::span<const std::byte> pattern) {
  if (bytes > kMaxBytes) throw std::bad_alloc();
  auto buffer = std::make_unique<Buffer>();
  buffer->lazy = std::make_unique<LazyMemory>(bytes, pattern);
  buffer->host = buffer->lazy->data();
  return put(free_slot(), std::move(buffer), bytes);
}

}  // namespace vgpu
