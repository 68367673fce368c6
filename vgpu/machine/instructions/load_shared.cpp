// The load that most inner loops are made of, by a way of its own: a word of shared memory for each lane of a whole
// warp, the words side by side, all the same one, or all in 128 bytes. It gives what load_step() does and leaves to
// that whatever is to be looked at more closely.

#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/ops/lane_memory.h"

namespace vgpu {

namespace {

/// One pass through the banks, but where the machine loads more at once (merge.h).
void count(const Warp& warp, const MemoryInfo& info, WordRow words, uint64_t place, const uint8_t* within) {
  if (info.merge.away) return;
  SiteCounts& counts = warp.block->counts[warp.pc];
  if (info.merge.bytes == 0) {
    ++counts.shared_requests;
    ++counts.shared_wavefronts;
    return;
  }
  static constexpr uint64_t kSame[kLanes] = {};
  CountedAccess access{kSame, place - info.merge.before, info.merge.bytes, kFullMask, false, true, true};
  if (words == WordRow::same) return count_shared(counts, access, false);
  uint64_t offsets[kLanes];
  for (int l = 0; l < kLanes; ++l) offsets[l] = uint64_t{4} * within[l];
  access.offsets = offsets;
  access.uniform = false;
  count_shared(counts, access, false);
}

bool load_words(Warp& warp, const MemoryInfo& info) {
  Block& block = *warp.block;
  if (warp.tracking || block.copies) return false;
  uint64_t address = static_cast<uint64_t>(info.offset);
  WordRow words = WordRow::same;
  uint8_t within[kLanes];
  if (info.base != kNone && info.address_is_32) {
    const uint32_t* base = row_at<uint32_t>(warp.registers, info.base);
    words = lane_memory().words32(base, address, within);
    address += base[0];
  } else if (info.base != kNone) {
    const uint64_t* base = row_at<uint64_t>(warp.registers, info.base);
    words = lane_memory().words64(base, address, within);
    address += base[0];
  }
  if (words == WordRow::other || (words == WordRow::consecutive && info.merge.bytes != 0)) return false;
  const LaunchState& launch = *warp.launch;
  const uint64_t variable = address >> kSharedSlotBits;
  if (variable >= launch.shared_offset.size() || address % 4 != 0) return false;
  if (words == WordRow::near) address -= address % kRowBytes;  // an array begins at a multiple of that
  const uint64_t offset = address - shared_address(static_cast<uint32_t>(variable));
  const uint64_t bytes = words == WordRow::same ? 4 : kRowBytes;
  if (offset > launch.shared_bytes[variable] || bytes > launch.shared_bytes[variable] - offset) return false;
  const auto place = static_cast<uint32_t>(launch.shared_offset[variable] + offset);
  if (!block.shadow.read_words(warp, place, words, within)) return false;
  count(warp, info, words, place, within);
  lane_memory().load_words(warp.registers + info.rows[0], block.shared.data() + place, words, within);
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
