#include "vgpu/machine/findings/threads_text.h"

#include <fmt/format.h>

#include <bit>

#include "vgpu/ops/op.h"

namespace vgpu {

namespace {

constexpr size_t kMostRanges = 3;

std::string thread_text(const Dim3& block, uint32_t linear) {
  const uint32_t x = linear % block.x, y = linear / block.x % block.y, z = linear / (block.x * block.y);
  if (block.z > 1) return fmt::format("({},{},{})", x, y, z);
  if (block.y > 1) return fmt::format("({},{})", x, y);
  return std::to_string(x);
}

}  // namespace

uint32_t count_of(const ThreadSet& threads) {
  uint32_t count = 0;
  for (const auto& [warp, lanes] : threads) count += static_cast<uint32_t>(std::popcount(lanes));
  return count;
}

std::string threads_text(const Dim3& block, const ThreadSet& threads) {
  std::vector<std::pair<uint32_t, uint32_t>> ranges;  // first and last
  for (const auto& [warp, lanes] : threads) {
    for (uint32_t m = lanes; m != 0; m &= m - 1) {
      const uint32_t thread = warp * kLanes + static_cast<uint32_t>(std::countr_zero(m));
      if (!ranges.empty() && ranges.back().second + 1 == thread) {
        ranges.back().second = thread;
      } else {
        ranges.emplace_back(thread, thread);
      }
    }
  }
  if (ranges.empty()) return "";
  const uint32_t all = count_of(threads);
  std::string text = all == 1 ? "thread " : "threads ";
  uint32_t shown = 0;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (i == kMostRanges && ranges.size() > kMostRanges + 1) {
      return text + fmt::format(" and {} more", all - shown);
    }
    const auto& [first, last] = ranges[i];
    if (i > 0) text += i + 1 == ranges.size() ? " and " : ", ";
    text += thread_text(block, first);
    if (last > first) text += " to " + thread_text(block, last);
    shown += last - first + 1;
  }
  return text;
}

}  // namespace vgpu
