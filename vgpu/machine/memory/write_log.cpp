#include "vgpu/machine/memory/write_log.h"

#include <algorithm>
#include <bit>

#include "vgpu/machine/memory/memory.h"

namespace vgpu {

WriteLog::Entry& WriteLog::entry_of(Buffer& buffer) {
  for (Entry& entry : entries_) {
    if (entry.buffer == &buffer) return entry;
  }
  return entries_.emplace_back(Entry{&buffer, false, {}});
}

void WriteLog::add(Buffer& buffer, uint64_t offset, uint64_t bytes, bool atomic) {
  Entry& entry = entry_of(buffer);
  entry.atomic = entry.atomic || atomic;
  if (!entry.ranges.empty()) {
    // A warp after its neighbour, or a loop that stores to the same place again and again.
    ByteRange& last = entry.ranges.back();
    if (offset == last.end) {
      last.end += bytes;
      return;
    }
    if (offset >= last.first && offset + bytes <= last.end) return;
  }
  entry.ranges.push_back({offset, offset + bytes});
}

void WriteLog::add_lanes(Buffer& buffer, const uint64_t* offsets, uint32_t bytes, uint32_t mask) {
  for (uint32_t m = mask; m != 0; m &= m - 1) add(buffer, offsets[std::countr_zero(m)], bytes);
}

std::vector<WriteLog::Entry>& WriteLog::sorted() {
  for (Entry& entry : entries_) {
    std::vector<ByteRange>& ranges = entry.ranges;
    std::sort(ranges.begin(), ranges.end(), [](const ByteRange& a, const ByteRange& b) { return a.first < b.first; });
    size_t kept = 0;
    for (const ByteRange& range : ranges) {
      if (kept > 0 && range.first <= ranges[kept - 1].end) {
        ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
      } else {
        ranges[kept++] = range;
      }
    }
    ranges.resize(kept);
  }
  return entries_;
}

}  // namespace vgpu
