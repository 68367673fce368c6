#pragma once
// Where undefined values come from. A value keeps the place it first had - the array nobody wrote, the variable that
// was never set - through registers, shared memory, scratch, and into later launches.

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "vgpu/machine/program.h"

namespace vgpu {

/// Number of an origin in Origins. Where a register keeps one, two bits beside it may say that a half of the value is
/// defined: of two numbers in one register (half2) often only one is wanted.
using OriginId = uint32_t;
inline constexpr OriginId kLowDefined = 1u << 30, kHighDefined = 1u << 31;
inline constexpr OriginId kHalves = kLowDefined | kHighDefined;

/// Of a register that nothing has set and nothing has used yet: its first use becomes its origin.
inline constexpr OriginId kUnsetRegister = ~kHalves;

struct Origin {
  std::string what;          ///< "sums[128] (shared), which nobody wrote, read"; "a local variable that ... is used"
  std::string buffer;        ///< the memory it was read from, empty: none
  std::string kernel;        ///< that read it
  Place place;               ///< where that was, in the learner's own file
  bool is_variable = false;  ///< a local variable rather than memory
  std::string cause;         ///< the likely one, where it is known better than in general
};

/// All of a GPU's origins. Safe from several host threads; what was added stays.
class Origins {
 public:
  OriginId add(Origin origin);
  const Origin& of(OriginId id) const;

 private:
  std::deque<Origin> all_;
  mutable std::mutex mutex_;
};

/// The origins of undefined values that lie in memory, a word each. Only those that were stored undefined are in it:
/// what nobody has stored has none yet.
class StoredOrigins {
 public:
  bool empty() const { return words_.empty(); }
  void clear() { words_.clear(); }
  void put(uint64_t offset, uint32_t bytes, OriginId id) {
    if (words_.size() > kMostWords) return;  // the rest counts as what nobody has stored
    for (uint64_t w = offset / 4; w <= (offset + bytes - 1) / 4; ++w) words_[w] = id;
  }
  /// False: none of these bytes was.
  bool find(uint64_t offset, uint32_t bytes, OriginId& id) const {
    for (uint64_t w = offset / 4; !words_.empty() && w <= (offset + bytes - 1) / 4; ++w) {
      if (const auto found = words_.find(w); found != words_.end()) {
        id = found->second;
        return true;
      }
    }
    return false;
  }

 private:
  static constexpr size_t kMostWords = 1 << 20;
  std::unordered_map<uint64_t, OriginId> words_;
};

}  // namespace vgpu
