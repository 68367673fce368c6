#pragma once
// Which elements of a buffer the blocks of launches have stored to, and which of them more than once.

#include <cstdint>
#include <span>
#include <vector>

#include "vgpu/vgpu.h"

namespace vgpu {

/// How often each element of one buffer was stored to.
class WriteMap {
 public:
  WriteMap(uint64_t elements, uint32_t element_bytes);
  /// A launch begins: blocks of another one may store to the same elements.
  void start_launch();
  /// What one block stored, apart; by atomics, any number of blocks may store to the same element.
  void add(std::span<const ByteRange> ranges, bool atomic = false);
  Coverage summary() const;

 private:
  uint64_t elements_, element_bytes_;
  std::vector<uint64_t> written_, this_launch_, twice_;  // a bit an element
};

}  // namespace vgpu
