#pragma once
// Which bytes of which buffers were stored to, block by block in a sample or a coverage run.

#include <cstdint>
#include <vector>

#include "vgpu/vgpu.h"

namespace vgpu {

struct Buffer;

/// What the running block has stored to global memory so far.
class WriteLog {
 public:
  struct Entry {
    Buffer* buffer = nullptr;
    bool atomic = false;  ///< some of it by atomics
    std::vector<ByteRange> ranges;
  };

  void clear() { entries_.clear(); }
  /// `bytes` from `offset` on were stored to.
  void add(Buffer& buffer, uint64_t offset, uint64_t bytes, bool atomic = false);
  /// Likewise of each lane in `mask`.
  void add_lanes(Buffer& buffer, const uint64_t* offsets, uint32_t bytes, uint32_t mask);
  /// Every buffer once, its ranges ascending, apart and not adjacent.
  std::vector<Entry>& sorted();

 private:
  Entry& entry_of(Buffer& buffer);

  std::vector<Entry> entries_;
};

}  // namespace vgpu
