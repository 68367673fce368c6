#include "vgpu/machine/memory/heap.h"

#include <fmt/format.h>

#include <cstring>

#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

constexpr uint64_t kAlignment = 16;                   // CUDA C++ Programming Guide, "Dynamic Global Memory Allocation"
constexpr uint64_t kWindowBytes = uint64_t{1} << 20;  // a block lies half of it into its first window
constexpr uint64_t kWindows = (uint64_t{kFirstModuleSlot - kFirstHeapSlot} << kSlotBits) / kWindowBytes;
constexpr uint64_t kBookkeeping = 16;  // bytes that each block costs beside its own

}  // namespace

Heap::Heap() = default;
Heap::~Heap() = default;

Buffer* Heap::allocate(uint64_t bytes) {
  const uint64_t cost = (bytes + kAlignment - 1) / kAlignment * kAlignment + kBookkeeping;
  const uint64_t windows = 1 + (bytes + kWindowBytes - 1) / kWindowBytes;
  if (bytes > kBytes || used_ + cost > kBytes || owner_.size() + windows > kWindows) return nullptr;
  const uint64_t base = slot_base(kFirstHeapSlot) + owner_.size() * kWindowBytes + kWindowBytes / 2;
  owner_.insert(owner_.end(), windows, static_cast<uint32_t>(blocks_.size()));
  used_ += cost;
  Block block{std::make_unique<Buffer>(), base, static_cast<uint32_t>(bytes), kNone};
  Buffer& buffer = *block.buffer;
  buffer.storage.reset(new std::byte[bytes + 64]);
  const auto raw = reinterpret_cast<uintptr_t>(buffer.storage.get());
  buffer.host = buffer.storage.get() + (64 - raw % 64) % 64;
  std::memset(buffer.host, 0xff, bytes);
  buffer.base = base;
  buffer.bytes = bytes;
  buffer.name = fmt::format("malloc({})", bytes);
  buffer.on_heap = true;
  buffer.host_reads = false;
  buffer.undefined.assign(bytes, 0xff);
  buffer.read_sectors.resize(bytes);
  buffer.written_sectors.resize(bytes);
  blocks_.push_back(std::move(block));
  return &buffer;
}

Heap::Block* Heap::block_of(uint64_t address) {
  const uint64_t window = (address - slot_base(kFirstHeapSlot)) / kWindowBytes;
  return address >= slot_base(kFirstHeapSlot) && window < owner_.size() ? &blocks_[owner_[window]] : nullptr;
}

Buffer* Heap::find(uint64_t address) {
  Block* const block = block_of(address);
  if (block == nullptr) return nullptr;
  if (block->buffer) return block->buffer.get();
  if (!ghost_) ghost_ = std::make_unique<Buffer>();
  ghost_->base = block->base;
  ghost_->name = fmt::format("malloc({})", block->bytes);
  ghost_->on_heap = true;
  ghost_->freed_pc = block->freed_pc;
  return ghost_.get();
}

Heap::Freed Heap::free(uint64_t address, uint32_t pc) {
  Block* const block = block_of(address);
  if (block == nullptr) return Freed::unknown;
  if (address != block->base) return Freed::inside;
  if (!block->buffer) return Freed::twice;
  block->buffer.reset();
  block->freed_pc = pc;
  used_ -= (uint64_t{block->bytes} + kAlignment - 1) / kAlignment * kAlignment + kBookkeeping;
  return Freed::yes;
}

uint64_t heap_allocate(Warp& warp, uint64_t bytes) {
  LaunchState& launch = *warp.launch;
  Buffer* const buffer = launch.memory.heap().allocate(bytes);
  if (buffer == nullptr) return 0;
  if (launch.limits.sample.blocks == 0) {
    buffer->shadow = std::make_unique<GlobalShadow>(bytes, launch.program.narrowest_global);
    buffer->shadow->start();
  }
  return buffer->base;
}

void heap_free(Warp& warp, int lane, uint64_t address) {
  if (address == 0) return;
  Heap& heap = warp.launch->memory.heap();
  Buffer* const before = heap.find(address);
  Incident incident;
  incident.kind = Finding::Kind::heap;
  switch (heap.free(address, warp.pc)) {
    case Heap::Freed::yes:
      return;
    case Heap::Freed::twice:
      incident.buffer = before->name;
      incident.text = fmt::format("frees {} once more: it was freed at line {}", before->name,
                                  place_of(warp.launch->program, before->freed_pc).line);
      incident.cause = "is free() called by every thread where one of them got the memory?";
      break;
    case Heap::Freed::inside:
      incident.buffer = before->name;
      incident.text = fmt::format("frees an address {} bytes from the start of {}",
                                  static_cast<int64_t>(address - before->base), before->name);
      incident.cause = "free() wants the address that malloc() gave";
      break;
    case Heap::Freed::unknown:
      incident.text = fmt::format("frees {:#x}, which malloc() did not give", address);
      incident.cause = "only memory from malloc() or new within a kernel can be freed there";
      break;
  }
  report_lane(warp, lane, incident);
}

}  // namespace vgpu
