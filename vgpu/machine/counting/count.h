#pragma once
// Counting what a launch does, instruction by instruction, in the terms of NVIDIA's profiler.

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "vgpu/machine/program.h"
#include "vgpu/vgpu.h"

namespace vgpu {

/// What one instruction did. Whether its requests are loads or stores is the instruction's.
struct SiteCounts {
  uint64_t warps = 0;
  uint64_t lanes = 0;
  uint64_t global_requests = 0;
  uint64_t global_sectors = 0;
  uint64_t shared_requests = 0;
  uint64_t shared_wavefronts = 0;
  uint64_t bank_conflicts = 0;
  uint64_t global_ideal_sectors = 0;
  uint64_t global_lines = 0;

  SiteCounts& operator+=(const SiteCounts& other);
};
inline constexpr uint64_t SiteCounts::*kSiteCountFields[] = {
    &SiteCounts::warps,           &SiteCounts::lanes,
    &SiteCounts::global_requests, &SiteCounts::global_sectors,
    &SiteCounts::shared_requests, &SiteCounts::shared_wavefronts,
    &SiteCounts::bank_conflicts,  &SiteCounts::global_ideal_sectors,
    &SiteCounts::global_lines,
};
static_assert(sizeof(SiteCounts) == std::size(kSiteCountFields) * sizeof(uint64_t), "a count has no field");

/// Which 32-byte sectors of a buffer were read or written; distinct ones are what DRAM has to move at least.
class SectorSet {
 public:
  void resize(uint64_t bytes) {
    chunks_.assign(bytes / kSectorBytes / kChunkSectors + 1, 0);
    words_.assign(chunks_.size() * kChunkWords, 0);
  }
  /// Adds the sectors from `first` to `last`. Several host threads may add at once.
  void add(uint64_t first, uint64_t last);
  /// Whether any of the sectors from `first` to `last` is in it.
  bool has_any(uint64_t first, uint64_t last) const;
  uint64_t count() const;
  /// Calls f(chunk, its kChunkWords words of 64 sectors) for every chunk with a sector, and empties the set.
  template <class F>
  void take(F f) {
    for (size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
      if (chunks_[chunk] == 0) continue;
      uint64_t* words = &words_[chunk * kChunkWords];
      f(chunk, static_cast<const uint64_t*>(words));
      std::fill(words, words + kChunkWords, 0);
      chunks_[chunk] = 0;
    }
  }
  static constexpr uint64_t kSectorBytes = sector_bytes;
  static constexpr uint64_t kChunkWords = 64;
  static constexpr uint64_t kChunkSectors = 64 * kChunkWords;

 private:
  std::vector<uint64_t> words_;
  std::vector<uint8_t> chunks_;  // not 0: it may have sectors
};

/// The lanes' places of one access. Offsets are bytes from an address that is a multiple of 128.
struct CountedAccess {
  const uint64_t* offsets = nullptr;
  uint64_t base = 0;   ///< added to every offset
  uint32_t bytes = 0;  ///< of each lane
  uint32_t mask = 0;
  bool consecutive = false;  ///< all lanes, one after the other
  bool uniform = false;
  bool near = false;  ///< all lanes in 128 bytes
};

/// Adds the sectors and lines of a global access to `counts`, those that its bytes would fill side by side as well, and to
/// `touched` those of the lanes of `touching`.
void count_global(SiteCounts& counts, const CountedAccess& access, SectorSet& touched, uint32_t touching);
/// The lanes of an access that want a sector of `set`.
uint32_t lanes_in(const SectorSet& set, const CountedAccess& access);
/// Adds the passes (wavefronts) through the 32 banks of 4 bytes: lanes that want different words of one bank take
/// turns. Accesses of 8 and 16 bytes go in two and four parts; loads in half as many where neighbours want the same.
void count_shared(SiteCounts& counts, const CountedAccess& access, bool store);

/// Totals and lines from the counts of every instruction.
void summarise(const Program& program, const std::vector<SiteCounts>& sites, Counters& counters);

}  // namespace vgpu
