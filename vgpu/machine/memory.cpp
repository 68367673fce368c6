#include "vgpu/machine/memory.h"

#include <cstring>
#include <new>

namespace vgpu {

namespace {
constexpr uint64_t kAlignment = 256;  // as cudaMalloc
constexpr uint64_t kMaxBytes = kSlotMiddle / 2;
}  // namespace

Buffer& MemoryMap::place(uint32_t slot, uint64_t bytes) {
  if (bytes > kMaxBytes) throw std::bad_alloc();
  auto buffer = std::make_unique<Buffer>();
  buffer->storage.reset(new std::byte[bytes + 2 * kAlignment]);
  const auto raw = reinterpret_cast<uintptr_t>(buffer->storage.get());
  buffer->host = buffer->storage.get() + (kAlignment - raw % kAlignment) % kAlignment;
  std::memset(buffer->host, 0xff, bytes);
  buffer->base = slot_address(slot);
  buffer->bytes = bytes;
  slots_[slot] = std::move(buffer);
  return *slots_[slot];
}

Buffer& MemoryMap::allocate(uint64_t bytes) {
  for (uint32_t slot = kFirstBufferSlot; slot < kFirstModuleSlot; ++slot) {
    if (!slots_[slot]) return place(slot, bytes);
  }
  throw std::bad_alloc();
}

}  // namespace vgpu
