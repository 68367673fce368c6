#include "vgpu/machine/checks/absence.h"

#include <fmt/format.h>

#include <bit>

#include "vgpu/machine/findings/threads_text.h"

namespace vgpu {

namespace {

std::string in_line(const Warp& warp, uint32_t pc) {
  const int line = pc == kNone ? 0 : place_of(warp.launch->program, pc).line;
  return line > 0 ? fmt::format(" in line {}", line) : "";
}

std::string threads_of(const Warp& warp, uint32_t lanes) {
  return threads_text(warp.launch->block, {{warp.index, lanes}});
}

}  // namespace

std::string why_absent(const Warp& warp, uint32_t pc, int lane) {
  const uint32_t bit = 1u << lane;
  const auto& info = *static_cast<const CollectiveInfo*>(warp.launch->program.code[pc].info);
  uint32_t named = kFullMask;
  for (const Group& group : warp.groups) {
    if (group.pc == pc) named = lane_of(warp.file + group.frame, info.members, std::countr_zero(group.mask));
  }
  const std::string which =
      named == kFullMask ? "names all 32 lanes of the warp" : fmt::format("names {:#010x}", named);
  if ((warp.existing() & bit) == 0) {
    return fmt::format(
        "the block has {} threads, so its last warp has only {}, and the shuffle {}: make the block a "
        "multiple of 32 threads",
        warp.block->threads, std::popcount(warp.existing()), which);
  }
  if ((warp.live & bit) == 0) {
    uint32_t together = 0;
    for (uint32_t m = warp.existing() & ~warp.live; m != 0; m &= m - 1) {
      if (warp.left_at[std::countr_zero(m)] == warp.left_at[lane]) together |= m & -m;
    }
    return fmt::format(
        "{} returned{} before this shuffle, which {}: keep them until it is done, with a value that does "
        "not count",
        threads_of(warp, together), in_line(warp, warp.left_at[lane]), which);
  }
  return fmt::format("the shuffle reads from {}, which its mask does not name ({:#010x}): are they in another branch?",
                     threads_of(warp, bit), named);
}

std::string who_returned(const Block& block) {
  ThreadSet returned;
  for (const Warp& warp : block.warps) {
    if (const uint32_t lanes = warp.existing() & ~warp.live; lanes != 0) returned.emplace_back(warp.index, lanes);
  }
  if (returned.empty()) return "";
  const Warp& first = block.warps[returned[0].first];
  return fmt::format("{} had returned{}", threads_text(block.launch->block, returned),
                     in_line(first, first.left_at[std::countr_zero(returned[0].second)]));
}

}  // namespace vgpu
