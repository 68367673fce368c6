#pragma once
// Everybody who has read a cell of memory, and not only who did last: needed where it counts which of them have used
// the value (findings/race_taint.h).

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace vgpu {

/// A thread's reads of a cell by one instruction; the last one, which is ordered before the fewest writes.
struct CellRead {
  uint32_t block = 0;  ///< linear index + 1
  uint32_t site = 0;   ///< instruction
  uint32_t time = 0;   ///< the block's clock
  uint16_t thread = 0;
  bool strong = false;  ///< an atomic or a volatile access
  bool is_volatile = false;
};

class Readers {
 public:
  void clear() { of_cell_.clear(); }
  void add(uint64_t cell, const CellRead& read) {
    std::vector<CellRead>& reads = of_cell_[cell];
    for (CellRead& known : reads) {
      if (known.thread == read.thread && known.site == read.site && known.block == read.block) {
        known = read;
        return;
      }
    }
    reads.push_back(read);
  }
  const std::vector<CellRead>& of(uint64_t cell) const {
    static const std::vector<CellRead> none;
    const auto found = of_cell_.find(cell);
    return found == of_cell_.end() ? none : found->second;
  }

 private:
  std::unordered_map<uint64_t, std::vector<CellRead>> of_cell_;
};

}  // namespace vgpu
