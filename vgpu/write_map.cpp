#include "vgpu/write_map.h"

#include <algorithm>
#include <bit>

namespace vgpu {

WriteMap::WriteMap(uint64_t elements, uint32_t element_bytes)
    : elements_(elements), element_bytes_(std::max<uint32_t>(element_bytes, 1)) {
  for (std::vector<uint64_t>* bits : {&written_, &this_launch_, &twice_}) bits->resize(elements_ / 64 + 1);
}

void WriteMap::start_launch() { std::fill(this_launch_.begin(), this_launch_.end(), 0); }

void WriteMap::add(std::span<const ByteRange> ranges, bool atomic) {
  if (elements_ == 0) return;
  for (const ByteRange& range : ranges) {
    if (range.first >= elements_ * element_bytes_) return;
    const uint64_t first = range.first / element_bytes_;
    const uint64_t last = std::min((range.end - 1) / element_bytes_, elements_ - 1);
    for (uint64_t w = first / 64; w <= last / 64; ++w) {
      uint64_t bits = ~uint64_t{0};
      if (w == first / 64) bits &= ~uint64_t{0} << (first % 64);
      if (w == last / 64) bits &= ~uint64_t{0} >> (63 - last % 64);
      written_[w] |= bits;
      if (atomic) continue;
      twice_[w] |= this_launch_[w] & bits;
      this_launch_[w] |= bits;
    }
  }
}

Coverage WriteMap::summary() const {
  Coverage result;
  result.elements = elements_;
  result.first_missing = result.first_twice = elements_;
  for (uint64_t w = 0; w < written_.size(); ++w) {
    result.written += static_cast<uint64_t>(std::popcount(written_[w]));
    result.twice += static_cast<uint64_t>(std::popcount(twice_[w]));
    if (result.first_missing == elements_ && written_[w] != ~uint64_t{0}) {
      result.first_missing = std::min(elements_, 64 * w + static_cast<uint64_t>(std::countr_one(written_[w])));
    }
    if (result.first_twice == elements_ && twice_[w] != 0) {
      result.first_twice = 64 * w + static_cast<uint64_t>(std::countr_zero(twice_[w]));
    }
    if (written_[w] != 0) result.written_end = 64 * w + 64 - static_cast<uint64_t>(std::countl_zero(written_[w]));
  }
  return result;
}

}  // namespace vgpu
