#pragma once
// Reads of shared memory that cannot race yet: of what nobody has written since the last barrier of all. They are kept
// as they came. Most epochs end before a write comes near them, and then nobody ever needs to know; otherwise the
// shadow (shared_shadow.h) brings them into its cells.

#include <cstdint>
#include <vector>

#include "vgpu/ops/lane_memory.h"
#include "vgpu/ops/op.h"

namespace vgpu {

/// The lanes' places of one access, as byte offsets into the block's shared storage.
struct SharedAccess {
  const uint64_t* offsets = nullptr;
  uint32_t bytes = 0;  ///< of each lane
  uint32_t mask = 0;
  bool consecutive = false;     ///< lane l at lane 0 + l * bytes; all lanes active
  bool uniform = false;         ///< all lanes at the same place
  uint64_t base = 0;            ///< added to every offset
  bool strong = false;          ///< volatile or with an order of its own
  uint32_t first = 0, end = 0;  ///< bytes of the storage that all of it lies in
  bool near = false;            ///< and there are no more than 128 of them
  bool is_volatile = false;     ///< strong, and volatile: what warps in step were once synchronised by
};

/// A plain read of one warp.
struct PlainRead {
  uint32_t site = 0, time = 0;  ///< instruction, the block's clock
  uint32_t warp = 0, mask = 0;
  uint32_t place = 0;  ///< consecutive: lane 0's; uniform: everybody's; near: where words are counted from
  uint32_t index = 0;  ///< near, scattered: of what KeptReads has of lane 0
  uint8_t bytes = 0;   ///< of each lane
  enum class Kind : uint8_t { consecutive, uniform, near, scattered } kind{};
};

class KeptReads {
 public:
  /// Begins anew: an epoch, the time between two barriers of all.
  void start();
  /// False, from then on to the epoch's end, once there are too many.
  bool add(uint32_t site, uint32_t time, uint32_t warp, const SharedAccess& access);
  /// A whole warp's words in 128 bytes (SharedShadow::read_words).
  bool add_words(uint32_t site, uint32_t time, uint32_t warp, uint32_t place, WordRow words, const uint8_t* within);
  /// Forgets them, within an epoch.
  void clear();

  const std::vector<PlainRead>& all() const { return reads_; }
  /// The byte of the storage that a lane of one of them began at.
  uint32_t place_of(const PlainRead& read, uint32_t lane) const;

 private:
  std::vector<PlainRead> reads_;
  std::vector<uint32_t> places_;  // of scattered reads, 32 each
  std::vector<uint8_t> within_;   // of near ones: words
  uint32_t places_used_ = 0, within_used_ = 0;
  bool open_ = true;
};

}  // namespace vgpu
