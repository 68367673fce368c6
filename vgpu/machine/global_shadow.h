#pragma once
// What is known of the bytes of a writable buffer: which were ever written, and who touched each word last in this
// launch. It finds races between threads of a block and between blocks, and it proves, while blocks run in parallel,
// that no result depends on their order: two blocks that share a word of which one writes make a conflict, and the
// launch is run again block after block.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "vgpu/machine/program.h"

namespace vgpu {

struct Warp;
struct Buffer;

/// Who touched one cell of a buffer last.
struct GlobalCell {
  uint32_t write_block = 0, read_block = 0;   ///< linear index + 1, 0: nobody, kManyBlocks
  uint32_t write_site = 0, read_site = 0;     ///< instruction indices
  uint32_t write_time = 0, read_time = 0;     ///< the block's clock
  uint16_t writer = 0, reader = 0;            ///< thread in the block
  uint8_t write_strong = 0, read_strong = 0;  ///< an atomic or a volatile access: ordered by itself
};

class GlobalShadow {
 public:
  /// For a buffer of `bytes`, in cells of `cell_bytes` (1, 2 or 4). Costs memory only where it is touched.
  GlobalShadow(uint64_t bytes, uint32_t cell_bytes);

  /// One lane's access at a byte offset into the buffer. `same_value`: it stores what is there already.
  void touch(Warp& warp, const Buffer& buffer, uint64_t offset, uint32_t bytes, int lane, bool write, bool strong,
             const MemoryInfo* values);

  static constexpr uint32_t kManyBlocks = 0xffffffffu;

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  uint32_t shift_ = 2;
  std::unique_ptr<GlobalCell[], Free> cells_;
};

}  // namespace vgpu
