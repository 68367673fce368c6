#pragma once
// What becomes of the values that racing reads give.
//
// A launch in which reads race is run once more, from the same memory, and now the values that the racing instructions
// read are followed through the registers: each lane of a row has a set of the reads whose values are in it, and of the
// lanes that made them, since shuffles hand values on. A value is used where it reaches a store, an atomic, an address,
// a vote, a call or a branch. Then the race stays a finding. There are two that do not count:
//
// - A compare-and-swap on the very place, that compares with the very value: it fails where the read was stale. What it
//   would store may be computed from the value too, and whether it has failed may be asked by comparing its result with
//   the value. Once it has succeeded the value is as good as one that was read atomically; after a failure it is still
//   followed.
// - A branch that only decides whether such a swap is tried at all (cas_branch.h).
//
// A read whose value goes nowhere else is verified, and its race is dropped. One whose value goes nowhere at all is a
// finding that says so; but where the compiler has several threads do the same work, of which one stores the result
// (Program::replicas), it is what the others do, and no finding.
//
// Such a compiler also has lanes of one warp store their replicas of an element to one word in one instruction. Those
// may differ by what rounding made of them (shadows/unrounded.h): a note. Where they differ in more the race stays a
// finding.

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

/// The instruction that reads in a race of two writes: none. Likewise, where one instruction of several threads writes.
inline constexpr uint32_t kNoRead = kNone, kAtOnce = kNone - 1;

/// The thread that read what somebody else wrote meanwhile.
struct Reader {
  uint64_t block = 0;   ///< linear index
  uint32_t thread = 0;  ///< in the block
  auto operator<=>(const Reader&) const = default;
};

/// What is followed in one lane of a row.
struct Followed {
  uint32_t reads = 0;  ///< sites, a bit each
  uint32_t lanes = 0;  ///< that made them
};

/// A read whose value is in registers.
struct FollowedRead {
  uint64_t address = 0, value = 0;
  uint32_t bytes = 0;
};

enum class RaceVerdict : uint8_t {
  used,
  verified,
  unused,
  rounded,  ///< one instruction wrote what differs only by rounding, and what was read besides is not used
};

class RaceTaint {
 public:
  /// `sites`: the instructions whose reads race, in the races of `keys`. `at_once`: some of these are of lanes that
  /// write at once.
  RaceTaint(const Program& program, std::vector<uint32_t> sites, std::vector<RaceKey> keys, uint64_t blocks,
            uint32_t threads, bool at_once);
  static constexpr uint32_t kMostSites = 31;
  /// In a lane's set of reads: the value is the result of a swap that has compared.
  static constexpr uint32_t kSwapResult = 1u << 31;
  /// Whether it would take more memory than it is worth.
  static bool too_large(size_t sites, uint64_t threads) { return sites * threads > (uint64_t{64} << 20); }

  /// The bit of an instruction's reads, 0: they are not followed.
  uint32_t bit_of(uint32_t pc) const;
  /// Whether it is still open what becomes of a race of this buffer.
  bool watches(std::string_view buffer) const;
  /// A race with what `reader` read at instruction `site`.
  void race(int64_t line, std::string_view buffer, uint32_t site, const Reader& reader);
  /// Whether values are wanted that nothing has rounded.
  bool at_once() const { return at_once_; }
  /// A write came after a read of its place, for certain: what the shadows took for a race.
  void ordered(int64_t line, std::string_view buffer);
  /// One instruction has written, in two threads, what is, or is not, the same but for rounding.
  void wrote_at_once(int64_t line, std::string_view buffer, bool same);
  /// Racing reads that are not followed: their instructions were not known to race.
  const std::set<uint32_t>& missing() const { return missing_; }
  /// What became of a thread's values.
  void used(const Warp& warp, const Followed& set) { note(warp, set, kUsed); }
  void compared(const Warp& warp, int lane, uint32_t bits, uint32_t swap);
  void decided(const Warp& warp, const Followed& set, uint32_t branch);
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
    bool rounded = false;     // one instruction wrote, in several threads
    uint32_t sites = 0;       // whose reads are in it
    std::set<Race> races;     // whose readers have not used the value yet
    std::vector<Race> fresh;  // those of them that settled() has not seen
  };

  void note(const Warp& warp, const Followed& set, uint8_t what);
  std::vector<Key*> keys_at(int64_t line, std::string_view buffer);
  uint8_t fate_of(const Race& race) const;
  bool uses(const Key& key) const;

  const Program& program_;
  uint32_t threads_;
  bool at_once_;
  std::map<uint32_t, uint32_t> numbers_;     // of sites, the last one stands for all that follow
  std::vector<std::vector<uint8_t>> fates_;  // of each site, of each thread of the grid
  std::map<std::pair<int64_t, std::string>, size_t, std::less<>> key_numbers_;
  std::vector<Key> keys_;
  std::set<uint32_t> missing_;
  std::set<std::pair<uint32_t, uint32_t>> compared_at_;  // site and swap
  std::set<std::pair<uint32_t, uint32_t>> decided_at_;   // site and branch
};

}  // namespace vgpu
