#pragma once
// Where code can go from where, within one function: whether lanes that are somewhere else can still come to a barrier
// at which others wait for them.

#include <cstdint>
#include <map>
#include <utility>

#include "vgpu/machine/warp.h"

namespace vgpu {

/// How lanes stand to a barrier at which others of their warp wait.
enum class Passing : uint8_t {
  before,  ///< they may come to it
  by,      ///< they are where the others will come after it, and yet a loop may bring them to it
  beyond,  ///< likewise, and nothing leads back to it
};

class ControlFlow {
 public:
  explicit ControlFlow(const Program& program) : program_(program) {}

  /// How lanes at `other` stand to lanes at `waiting`, which have still to execute the instruction they are at. Where
  /// the two are in different calls, the calls are compared in the function that both came from.
  Passing passing(const Group& waiting, const Group& other);
  /// Nothing is between here and the thread's end but branches that are always taken: it has as good as returned.
  bool leads_out(const Group& group) const;

 private:
  bool reaches(uint32_t function, uint32_t from, uint32_t to) const;
  bool ends_without(uint32_t function, uint32_t from, uint32_t without) const;
  template <class Wanted>
  bool search(uint32_t function, uint32_t from, uint32_t without, Wanted wanted) const;

  const Program& program_;
  std::map<std::pair<uint32_t, uint32_t>, Passing> known_;  // of a barrier and another place
};

}  // namespace vgpu
