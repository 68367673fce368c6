#pragma once
// Which of a thread's accesses each other thread of its block may rely on, where that goes from thread to thread and
// not by a barrier of all: an arrival at an mbarrier passes on what its thread did and knows, a completed wait takes
// it. These are vector clocks (Mattern, "Virtual Time and Global States of Distributed Systems", 1989) in Block::clock.
// Only blocks that use an mbarrier have them.

#include <cstdint>
#include <vector>

namespace vgpu {

class Visibility {
 public:
  explicit Visibility(uint32_t threads);

  /// What arrivals pass on: of each thread, until when its accesses, and its asynchronous copies, may be relied on.
  struct Passed {
    std::vector<uint32_t> work, copies;
  };

  /// `thread` passes on all it did before `now`, and what was passed on to it.
  void pass_on(uint32_t thread, uint32_t now, Passed& to) const;
  /// And the asynchronous copies that it started.
  void pass_on_copies(uint32_t thread, uint32_t now, Passed& to) const;
  /// `thread` has waited for the arrivals that passed this on.
  void take(uint32_t thread, uint32_t now, const Passed& from);
  /// These threads met: each knows what any of them knew and did.
  void join(const std::vector<uint32_t>& threads, uint32_t now);
  void join_lanes(uint32_t warp, uint32_t lanes, uint32_t now);
  /// These lanes exchanged values: each knows of other warps what any of them knew, but nothing of its own warp, whose
  /// lanes only a __syncwarp() orders.
  void share(uint32_t warp, uint32_t lanes);

  /// Whether `thread` may rely on what `other` did at `time`.
  bool sees(uint32_t thread, uint32_t other, uint32_t time) const { return work_[thread * threads_ + other] > time; }
  bool sees_copies(uint32_t thread, uint32_t other, uint32_t time) const {
    return copies_[thread * threads_ + other] > time;
  }
  /// On what some thread of a warp did.
  bool sees_warp(uint32_t thread, uint32_t warp, uint32_t time) const;
  /// When `thread` took something over last.
  uint32_t taken(uint32_t thread) const { return taken_[thread]; }

 private:
  uint32_t threads_;
  std::vector<uint32_t> work_, copies_;  // row by row: what a thread may rely on of each
  std::vector<uint32_t> taken_;
  std::vector<uint8_t> news_;  // of each warp: a lane has taken something that the others may not know
};

}  // namespace vgpu
