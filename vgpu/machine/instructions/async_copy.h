#pragma once
// cp.async: copies from global to shared memory that the thread does not wait for. The bytes are moved at once; what is
// kept is who may read them from when on.
//
// A thread may read what it copied after its own wait (cp.async.wait_group, wait_all). Another thread may after that
// wait and a barrier of the block that both passed since. A copy counts as a write where it starts, so what is ordered
// by no barrier at all is the race check's to report (shared_shadow.h); what is left for here is a read that a barrier
// does order after the start of the copy, but not after its end. Within a warp the wait is enough here: __syncwarp is
// followed by the race check.

#include <cstdint>
#include <vector>

#include "vgpu/machine/shadows/visibility.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

/// The copies of one block, by 4-byte word of its shared storage.
class AsyncCopies {
 public:
  AsyncCopies(uint32_t shared_bytes, uint32_t threads);

  /// A thread starts to fill [offset, offset + bytes) of shared storage; both are multiples of 4. `now` is
  /// Block::clock.
  void start(uint32_t thread, uint32_t offset, uint32_t bytes, uint32_t pc, uint32_t now);
  void commit(uint32_t thread) { ++threads_[thread].committed; }
  /// Waits until at most `left` of the thread's committed groups are under way. `barrier_time` is
  /// Block::barrier_time.
  void wait(uint32_t thread, uint32_t left, uint32_t now, const std::vector<uint32_t>& barrier_time);

  enum class State : uint8_t { readable, not_waited, no_barrier };
  struct Copy {
    State state = State::readable;
    uint32_t thread = 0;  ///< that copies
    uint32_t pc = 0;      ///< where it started
  };
  /// What stands in the way of `thread` reading [offset, offset + bytes). `visibility`: what mbarriers have passed on,
  /// nullptr: there are none.
  Copy find(uint32_t thread, uint64_t offset, uint32_t bytes, const std::vector<uint32_t>& barrier_time,
            const Visibility* visibility = nullptr) const;

 private:
  struct Thread {
    uint32_t committed = 0;  // groups
    uint32_t waited = 0;     // groups waited for
    uint32_t settled = 0;    // of these, the ones with a barrier between their wait and the last one
    uint32_t wait_time = 0;  // of the last wait that had something to wait for
  };
  struct Word {
    uint32_t thread = kNone;
    uint32_t group = 0;
    uint32_t pc = 0;
    uint32_t time = 0;  // Block::clock when the copy started
  };
  std::vector<Thread> threads_;
  std::vector<Word> words_;
};

/// Inst::info of async_copy_step.
struct AsyncCopyInfo {
  MemoryInfo from, to;      ///< global, shared; through the scratch rows
  uint32_t bytes = 0;       ///< 4, 8, 16
  uint32_t size = kNone;    ///< row: bytes to read, the rest is zero
  uint32_t ignore = kNone;  ///< predicate row: read nothing where it is true
  bool ignore_negated = false;
};

/// Step functions; wait_step's OpRows::imm is the number of groups that may be left, commit_step's and wait_all_step's
/// are not used.
void async_copy_step(Warp& warp, const Inst& inst, uint32_t mask);
void async_commit_step(Warp& warp, const Inst& inst, uint32_t mask);
void async_wait_step(Warp& warp, const Inst& inst, uint32_t mask);
void async_wait_all_step(Warp& warp, const Inst& inst, uint32_t mask);

/// Whether a lane may not yet read these bytes because of a copy. `shared_address` is in the shared window.
bool pending_copy_overlaps(const Warp& warp, int lane, uint32_t shared_address, uint32_t bytes);
/// Reports each lane of `mask` whose read of shared memory comes before a copy's wait. For load steps: call it where
/// Block::copies is set and the access is in shared memory.
void check_pending_copies(Warp& warp, const MemoryInfo& info, uint32_t mask);

}  // namespace vgpu
