#pragma once
// What malloc() within kernels gives: blocks of memory in windows of their own, far enough apart that an access past
// the end of one still names it. An address is never given twice, so that use after free() is always seen.

#include <cstdint>
#include <memory>
#include <vector>

namespace vgpu {

struct Buffer;
struct Warp;

class Heap {
 public:
  Heap();
  ~Heap();

  /// A new block, nullptr where the heap is used up: its size is a GPU's where nobody sets another.
  Buffer* allocate(uint64_t bytes);
  /// The block that an address is meant for; of one that was freed a Buffer of 0 bytes that says where. nullptr: none.
  Buffer* find(uint64_t address);

  enum class Freed : uint8_t { yes, unknown, inside, twice };
  /// `pc` is the instruction that frees it.
  Freed free(uint64_t address, uint32_t pc);
  bool empty() const { return blocks_.empty(); }

  template <class F>
  void for_each(F f) {
    for (Block& block : blocks_) {
      if (block.buffer) f(*block.buffer);
    }
  }

  static constexpr uint64_t kBytes = uint64_t{8} << 20;  ///< cudaLimitMallocHeapSize, unless a program sets it

 private:
  struct Block {
    std::unique_ptr<Buffer> buffer;  // nullptr: it was freed
    uint64_t base = 0;
    uint32_t bytes = 0;
    uint32_t freed_pc = 0;
  };
  Block* block_of(uint64_t address);

  std::vector<Block> blocks_;
  std::vector<uint32_t> owner_;  // of each window of kWindowBytes: its block
  std::unique_ptr<Buffer> ghost_;
  uint64_t used_ = 0;
};

/// malloc(bytes) and free(address) of one lane.
uint64_t heap_allocate(Warp& warp, uint64_t bytes);
void heap_free(Warp& warp, int lane, uint64_t address);

}  // namespace vgpu
