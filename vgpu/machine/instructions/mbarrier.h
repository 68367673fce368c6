#pragma once
// mbarrier: barriers that are objects in shared memory (PTX ISA, "Parallel Synchronization and Communication
// Instructions: mbarrier"), which cuda::barrier and cuda::pipeline are made of. An arrival passes on what its thread
// did before, a wait that finds the phase complete takes it (visibility.h). Their state is in mbarrier_state.h.

#include <cstdint>
#include <string>

#include "vgpu/machine/program.h"
#include "vgpu/machine/shadows/mbarrier_state.h"

namespace vgpu {

struct Warp;
struct Block;
struct Barrier;

enum class MBarrierOp : uint8_t { init, inval, arrive, drop, test_wait, async_arrive, async_arrive_no_increase };

/// Inst::info of mbarrier_step.
struct MBarrierInfo {
  MBarrierOp op{};
  MemoryInfo memory;
  uint32_t d = kNone;        ///< arrive, drop: row of the state; test_wait: predicate row
  uint32_t a = kNone;        ///< row of the count, of test_wait's state or parity; kNone: a count of 1
  bool parity = false;       ///< test_wait: by the phase's parity
  bool no_complete = false;  ///< the arrival may not complete the phase
};

/// Step function; test_wait is a Code::look.
void mbarrier_step(Warp& warp, const Inst& inst, uint32_t mask);
/// The pending count within a state that an arrival gave: OpRows s[0] to d[0].
void mbarrier_pending_count_step(Warp& warp, const Inst& inst, uint32_t mask);

/// A lane's access to shared storage at `offset` that has an order of its own.
void order_by_word(Warp& warp, int lane, uint64_t offset, bool releases, bool acquires);
/// The block's, made where there are none yet.
MBarriers& mbarriers_of(Block& block);

/// What the running warp waits for, where it is at a wait that failed: "... 3 of 256 arrivals are missing"; empty: at
/// none.
std::string missing_arrivals(const Warp& warp);

}  // namespace vgpu
