#pragma once
// What becomes of the values that racing reads give.
//
// A launch in which reads race is run once more, from the same memory, and now the values that the racing instructions
// read are followed through the registers: each lane of a row has a set of the reads whose values are in it. A value is
// used where it reaches a store, an atomic, an address, a shuffle, a call or a branch. Then the race stays a finding.
// There are two that do not count:
//
// - A compare-and-swap on the very place, that compares with the very value: it fails where the read was stale. What it
//   would store may be computed from the value too, and whether it has failed may be asked by comparing its result with
//   the value. Once it has succeeded the value is as good as one that was read atomically; after a failure it is still
//   followed.
// - A branch that only decides whether such a swap is tried at all (cas_branch.h).
//
// A read whose value goes nowhere else is verified, and its race is dropped. One whose value goes nowhere at all is a
// finding that says so.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vgpu/machine/program.h"

namespace vgpu {

struct Warp;
struct LaunchState;

/// Races of one finding: Report's line, and the buffer.
using RaceKey = std::pair<int64_t, std::string>;

/// Who read what somebody else wrote meanwhile, as far as the shadows know.
struct Reader {
  static constexpr uint32_t kAny = 0xffffffffu;
  uint64_t block = 0;      ///< linear index; kAny: not known
  uint32_t thread = kAny;  ///< in the block; kAny: not known which
  uint32_t warp = kAny;    ///< then of this warp, if that is known
  auto operator<=>(const Reader&) const = default;
};

/// A read whose value is in registers.
struct FollowedRead {
  uint64_t address = 0, value = 0;
  uint32_t bytes = 0;
};

enum class RaceVerdict : uint8_t { used, verified, unused };

class RaceTaint {
 public:
  /// `sites`: the instructions whose reads race, in the races of `keys`.
  RaceTaint(const Program& program, std::vector<uint32_t> sites, std::vector<RaceKey> keys, uint64_t blocks,
            uint32_t threads);
  static constexpr uint32_t kMostSites = 31;
  /// In a lane's set of reads: the value is the result of a swap that has compared.
  static constexpr uint32_t kSwapResult = 1u << 31;
  /// Whether it would take more memory than it is worth.
  static bool too_large(size_t sites, uint64_t threads) { return sites * threads > (uint64_t{64} << 20); }

  /// The bit of an instruction's reads, 0: they are not followed.
  uint32_t bit_of(uint32_t pc) const;
  /// A race with what `reader` read at instruction `site`.
  void race(int64_t line, std::string_view buffer, uint32_t site, const Reader& reader);
  /// What became of a thread's values.
  void used(const Warp& warp, int lane, uint32_t bits) { note(warp, lane, bits, kUsed); }
  void compared(const Warp& warp, int lane, uint32_t bits, uint32_t swap);
  void decided(const Warp& warp, int lane, uint32_t bits, uint32_t branch);
  /// The swaps that hang on a branch alone, nullptr: something else hangs on it too.
  const std::vector<uint32_t>* swaps_of(uint32_t branch) const;
  /// A block has ended. True once every race is known to be one: there is no need to go on.
  bool settled();
  RaceVerdict verdict(size_t key);

 private:
  static constexpr uint8_t kUsed = 1, kCompared = 2, kDecided = 4;
  struct Race {
    uint32_t site = 0;  // number
    Reader reader;
    auto operator<=>(const Race&) const = default;
  };
  struct Key {
    bool raced = false, used = false;
    uint32_t sites = 0;       // whose reads are in it
    std::set<Race> races;     // whose readers have not used the value yet
    std::vector<Race> fresh;  // those of them that settled() has not seen
  };

  void note(const Warp& warp, int lane, uint32_t bits, uint8_t what);
  uint8_t fate_of(const Race& race) const;
  bool uses(const Key& key) const;

  const Program& program_;
  uint64_t blocks_;
  uint32_t threads_;
  std::map<uint32_t, uint32_t> numbers_;     // of sites, the last one stands for all that follow
  std::vector<std::vector<uint8_t>> fates_;  // of each site, of each thread of the grid
  std::map<std::pair<int64_t, std::string>, size_t, std::less<>> key_numbers_;
  std::vector<Key> keys_;
  std::set<std::pair<uint32_t, uint32_t>> compared_at_;  // site and swap
  std::set<std::pair<uint32_t, uint32_t>> decided_at_;   // site and branch
};

}  // namespace vgpu
