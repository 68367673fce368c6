// The load that most inner loops are made of, by a way of its own: a word of shared memory for each lane of a whole
// warp, the words side by side or all the same one. It gives what load_step() does and leaves to that whatever is to be
// looked at more closely.

#include "vgpu/machine/load_store.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

void count(const Warp& warp, const MemoryInfo& info) {
  if (info.merge.away) return;
  SiteCounts& counts = warp.block->counts[warp.pc];
  if (info.merge.bytes == 0) {
    ++counts.shared_requests;
    ++counts.shared_wavefronts;
    return;
  }
  static constexpr uint64_t kSame[kLanes] = {};
  CountedAccess access{kSame, 0, info.merge.bytes, kFullMask, false, true, true};
  count_shared(counts, access, false);
}

bool load_words(Warp& warp, const MemoryInfo& info) {
  Block& block = *warp.block;
  if (warp.tracking || block.copies) return false;
  uint64_t address = static_cast<uint64_t>(info.offset);
  WordRow words = WordRow::same;
  if (info.base != kNone && info.address_is_32) {
    const uint32_t* base = row_at<uint32_t>(warp.registers, info.base);
    words = lane_memory().words32(base);
    address += base[0];
  } else if (info.base != kNone) {
    const uint64_t* base = row_at<uint64_t>(warp.registers, info.base);
    words = lane_memory().words64(base);
    address += base[0];
  }
  if (words == WordRow::other || (words == WordRow::consecutive && info.merge.bytes != 0)) return false;
  const LaunchState& launch = *warp.launch;
  const uint64_t variable = address >> kSharedSlotBits;
  if (variable >= launch.shared_offset.size() || address % 4 != 0) return false;
  const uint64_t offset = address - shared_address(static_cast<uint32_t>(variable));
  const uint64_t bytes = words == WordRow::same ? 4 : 4 * kLanes;
  if (offset > launch.shared_bytes[variable] || bytes > launch.shared_bytes[variable] - offset) return false;
  const auto place = static_cast<uint32_t>(launch.shared_offset[variable] + offset);
  if (!block.shadow.read_words(warp, place, words == WordRow::same)) return false;
  count(warp, info);
  lane_memory().load_words(warp.registers + info.rows[0], block.shared.data() + place, words);
  return true;
}

}  // namespace

bool is_shared_word(const MemoryInfo& info) {
  return info.space == ptx::Space::shared && info.width == 4 && info.elements == 1 && info.register_bytes[0] == 4 &&
         !info.strong;
}

void load_shared_word_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const auto& info = *static_cast<const MemoryInfo*>(inst.info);
  if (mask != kFullMask || !load_words(warp, info)) load_step(warp, inst, mask);
}

}  // namespace vgpu
