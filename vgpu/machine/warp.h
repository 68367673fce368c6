#pragma once
// A warp while it runs. Threads have their own program counter: lanes at the same place form a group, groups that meet
// again merge, and the group that is furthest behind runs first so that they do meet.

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vgpu/machine/findings/race_taint.h"
#include "vgpu/machine/findings/report.h"
#include "vgpu/machine/memory/memory.h"
#include "vgpu/machine/memory/write_log.h"
#include "vgpu/machine/program.h"
#include "vgpu/machine/shadows/origin.h"
#include "vgpu/machine/shadows/shared_shadow.h"
#include "vgpu/machine/shadows/unrounded.h"
#include "vgpu/vgpu.h"

namespace vgpu {

struct Block;
struct Warp;
class AsyncCopies;
class ControlFlow;
struct MBarriers;

/// Where a device function returns to.
struct Return {
  uint32_t pc = 0;        ///< of the call
  uint32_t function = 0;  ///< the caller
  uint32_t frame = 0;     ///< the caller's frame in the register file
  uint32_t local = 0;     ///< the caller's stack offset
  bool operator==(const Return&) const = default;
};

/// Lanes of a warp that are at the same place.
struct Group {
  // gathering: at a barrier of the aligned form, to which the rest of the warp has still to come
  enum class State : uint8_t { ready, at_barrier, gathering, at_collective, at_warp_step };
  uint32_t mask = 0;
  uint32_t pc = 0;
  uint32_t function = 0;
  uint32_t frame = 0;  ///< byte offset of its registers in the register file
  uint32_t local = 0;  ///< stack bytes below its frame
  State state = State::ready;
  bool alone = false;           ///< goes through its warp step without the lanes that never come
  uint32_t turns = 0;           ///< how often it was made to yield in a loop
  uint32_t loops = 0;           ///< backward branches and calls since it last yielded
  uint32_t waits_for = 0;       ///< at_collective: members; at_barrier: the barrier's id
  uint32_t passed_by = kNone;   ///< a barrier where others of the warp gather, and which these lanes have passed by
  uint32_t split_at = kNone;    ///< the branch that parted its lanes from others last
  std::vector<Return> returns;  ///< call stack, innermost last
};

/// What is asked of a launch, and where it finds its memory: the same where it is run again.
struct LaunchSetup {
  const Program& program;
  const FunctionCode& kernel;
  MemoryMap& memory;
  Dim3 grid = {}, block = {};
  std::span<const std::byte> parameters = {};
  Limits limits = {};
  uint32_t dynamic_shared = 0;
  std::vector<uint32_t> shared_offset = {};  ///< where each shared variable lies in a block's storage
  std::vector<uint32_t> shared_bytes = {};   ///< and its size, dynamic memory's filled in
  uint32_t total_shared = 0;
  uint64_t blocks_at_once = 0;  ///< that the device holds, so that they may wait for each other
  uint64_t grid_workspace = 0;  ///< address, 0: the grid is larger than that
  std::string device = {};      ///< its name
};

/// One run of a launch.
struct LaunchState : LaunchSetup {
  Report& report;
  Report& notes;
  bool grid_too_large = false;     ///< for the device, and its blocks were to wait for each other
  bool parallel = false;           ///< several host threads run blocks
  uint32_t clock = 0;              ///< counts what orders accesses, unless parallel (then each block counts)
  std::vector<uint32_t> released;  ///< of each block: its last fence; empty where blocks cannot talk
  std::vector<SiteCounts> counts;  ///< of every instruction, summed when a host thread ends
  std::mutex counts_mutex;
  std::atomic<bool> abort{false};     ///< a trap, a limit or a stop ends every block
  std::atomic<bool> conflict{false};  ///< parallel blocks touched the same word: start again in order
  std::atomic<bool> stopped{false};
  RaceTaint* taint = nullptr;  ///< follows what became of racing reads
  std::mutex origins_mutex;
  std::map<std::pair<uint32_t, uint64_t>, OriginId> origins;  ///< by instruction and address (definedness.h)
  std::atomic<bool> over_budget{false};
  std::atomic<uint64_t> warp_instructions{0};
  std::atomic<uint64_t> lane_instructions{0};
  std::atomic<uint64_t> blocks_done{0};       ///< ended, by themselves or with the launch
  std::atomic<uint64_t> blocks_completed{0};  ///< by themselves
  std::atomic<uint64_t> working_blocks{0};
  std::vector<uint32_t> memory_sites;  ///< instructions that may touch global memory, where working blocks are counted

  LaunchState(LaunchSetup setup, Report& r, Report& n)
      : LaunchSetup(std::move(setup)), report(r), notes(n), counts(program.code.size()) {}
  /// Hears Limits::stop, which ends every block. True once anything has ended them.
  bool stop_asked() {
    if (limits.stop != nullptr && limits.stop->load(std::memory_order_relaxed)) {
      stopped = true;
      abort = true;
    }
    return abort.load(std::memory_order_relaxed);
  }
};

/// What a warp saw at one instruction that loops repeat to wait for other threads: an atomic's or volatile load's
/// result.
struct Look {
  uint32_t pc = kNone;
  uint32_t times = 0;  ///< that it has seen the same
  uint64_t seen = 0;   ///< a hash of it
};

struct Warp {
  Block* block = nullptr;
  LaunchState* launch = nullptr;
  uint32_t index = 0;    ///< in the block
  uint32_t live = 0;     ///< lanes that exist and have not exited
  char* file = nullptr;  ///< register file, 64-byte aligned
  uint32_t file_bytes = 0;
  std::unique_ptr<char[]> storage;
  uint32_t prepared = kNone;  ///< function whose constants and special rows lie in the frame at 0
  std::vector<Group> groups;
  uint32_t gathering = 0;         ///< groups that are
  uint32_t left_at[kLanes] = {};  ///< the instruction by which each exited lane left, kNone: not known
  uint64_t steps = 0;             ///< instructions since the block started
  uint64_t lane_steps = 0;

  // The group that runs now, for step functions.
  char* registers = nullptr;  ///< its frame
  uint32_t pc = 0;
  uint32_t local = 0;  ///< its stack offset
  uint64_t clock = 0;  ///< what %clock reads: its steps up to this instruction

  std::unique_ptr<std::byte[]> local_memory;  ///< lane by lane, each local_bytes long
  std::vector<uint8_t> local_undefined;       ///< of each byte of it: 0xff until it is written
  uint32_t local_bytes = 0;
  uint32_t local_end = 0;  ///< the running function's stack ends here

  // __syncwarp: when each lane, and when all of them, last took part (Block::clock).
  uint32_t sync_time[kLanes] = {};
  uint32_t sync_mask[kLanes] = {};  ///< and with whom each did last
  uint32_t full_sync_time = 0;
  uint32_t last_sync_time = 0;  ///< when any of them did
  uint32_t met_time = 0;  ///< when all of them last shuffled or the like, where that orders anything (race_taint.h)

  // Waiting for others in a loop: it gives way at once instead of at the end of its turn.
  std::array<Look, 4> looks{};  ///< of the instructions that looked last
  bool idle = false;            ///< what it looks at does not change
  bool gives_way = false;       ///< it said so itself: nanosleep
  bool still = false;           ///< nor do its registers, from round to round: only others can end the loop
  uint64_t idle_state = 0;      ///< a hash of them
  uint64_t waits_at = 0;        ///< 1 + the mbarrier's place in shared storage, 0: its last wait was not in vain

  // Definedness (definedness.h). Only once something undefined was read is it carried along.
  bool tracking = false;
  std::vector<uint32_t> undefined;  ///< of each register row: the lanes whose value is undefined
  std::vector<OriginId> origins;    ///< of each row, lane by lane: where it comes from, if it is undefined
  StoredOrigins local_origins;      ///< of undefined values in local_memory (local_origin_key)

  // What is followed of racing reads (race_taint.h), where LaunchState::taint is there: as `undefined` and `origins`.
  std::vector<uint32_t> followed;
  std::vector<Followed> follows;
  Followed chosen_by[kLanes] = {};           ///< what decided that each lane computes here
  uint32_t chosen_until[kLanes] = {};        ///< up to this instruction
  UnroundedRows unrounded;                   ///< in use where lanes wrote at once what differs
  std::vector<FollowedRead> followed_reads;  ///< of each site, lane by lane: its last read
  uint64_t places[kLanes] = {};              ///< that the running load reads
  uint32_t verified[kLanes] = {};            ///< the reads that the running swap verifies
  uint64_t expected[kLanes] = {};            ///< and what it compares with

  Dim3 thread_of(int lane) const;
  uint32_t existing() const;  ///< lanes that exist, whether they have exited or not
  /// Makes room for `bytes` of registers; frames keep their offsets.
  void reserve_file(uint32_t bytes);
  /// Makes room for `bytes` of stack in every lane. False past the limit.
  bool reserve_local(uint32_t bytes);
};

/// One of a block's sixteen named barriers. Arrivals count threads.
struct Barrier {
  uint32_t arrived = 0;
  uint32_t expected = 0;                              ///< 0: all live threads
  std::vector<std::pair<uint32_t, uint32_t>> passed;  ///< warp and lanes that arrived without waiting
  uint32_t popc = 0;
  bool all = true, any = false;
  uint32_t pc = kNone;  ///< of the first __syncthreads() that a warp came to, which must be that of all
};

/// A block that has started and not ended.
struct Block {
  LaunchState* launch = nullptr;
  Dim3 index{0, 0, 0};
  uint64_t linear = 0;
  uint32_t threads = 0;  ///< that exist
  uint32_t live = 0;     ///< that have not exited
  std::vector<Warp> warps;
  std::vector<std::byte> shared;
  SharedShadow shadow;
  std::vector<SiteCounts> counts;        ///< of every instruction, over all blocks this object has run
  std::shared_ptr<AsyncCopies> copies;   ///< cp.async (async_copy.h); nullptr before the first
  std::shared_ptr<MBarriers> mbarriers;  ///< mbarrier_state.h; nullptr before the first
  uint32_t clock = 1;                    ///< grows whenever something orders accesses
  std::vector<uint32_t> barrier_time;    ///< of each thread: the last barrier it took part in
  uint32_t whole_barrier_time = 0;       ///< the last barrier that all its threads took part in
  uint32_t partial_barrier_time = 0;     ///< the last barrier that not all live threads took part in
  uint32_t acquired = 0;                 ///< its last look at what other blocks released
  uint32_t idle_turns = 0;               ///< its last turns in which nobody but other blocks could have ended its loops
  bool waiting = false;                  ///< its last turn ended because all its warps seem to wait for others
  std::array<Barrier, 16> barriers{};
  std::vector<uint32_t> noted;         ///< barriers that some threads had returned before, as a note says
  std::unique_ptr<ControlFlow> paths;  ///< nullptr until a warp's lanes are apart at a barrier
  uint64_t memory_accesses = 0;        ///< of LaunchState::memory_sites, when its last block ended
  std::unique_ptr<WriteLog> writes;    ///< what it stores to global memory, where that is asked for

  explicit Block(LaunchState& state);
  ~Block();
  /// Sets everything to a block's start; the storage is used again.
  void start(uint64_t linear_index);
  /// A new moment on the clock.
  uint32_t tick() { return clock = launch->parallel ? clock + 1 : ++launch->clock; }
};

/// How a warp's or a block's turn ended.
enum class Turn : uint8_t {
  done,     ///< all threads have exited
  blocked,  ///< nobody can go on before something else happens
  yielded,  ///< in a loop for long: somebody else's turn
  aborted,
  cut,  ///< Sample::block_steps are used up
};

/// Runs a warp until its turn ends. `progress` is set when it did anything.
Turn run_warp(Warp& warp, bool& progress);
/// Runs a block's warps in turn until the block is done, cannot go on, only spins, or has used up a sample's steps.
Turn run_block(Block& block);

/// So many idle turns: what a block waits for never comes, if no other block does anything else either.
inline constexpr uint32_t kMostIdleTurns = 2000;
/// Whether a group that just ended its turn idle is as it was after its last one.
bool is_still(Warp& warp, const Group& group);
/// Reports every group of a block that waits in a loop.
void report_waiting(Block& block, const std::string& text, const std::string& cause);

// What run_warp() calls, by family.
void arrive_at_barrier(Warp& warp, size_t group, const Inst& inst);  // barrier.cpp
void release_barriers(Block& block);
void gather_at_barriers(Warp& warp);
bool run_collective(Warp& warp, size_t group, const Inst& inst);  // collective.cpp: true when it is done for the group
void retry_collectives(Warp& warp);
bool enter_call(Warp& warp, Group& group, const Inst& inst);  // call.cpp: false when the callee is the machine's own
void leave_call(Warp& warp, Group& group);
void prepare_frame(Warp& warp, uint32_t function, uint32_t frame);
void call_external(Warp& warp, const Inst& inst, uint32_t mask);
std::string format_printf(Warp& warp, int lane, uint64_t format, uint64_t arguments);  // print.cpp

/// Notes what an instruction of Code::look saw: `bytes` of each lane in `mask` at `row` of the running group's frame.
void note_look(Warp& warp, uint32_t row, uint32_t bytes, uint32_t mask);  // waiting.cpp

/// The lanes whose incident at the warp's pc has still to be put into words and reported; the others are counted
/// (Report::count).
/// `read_site`: a race's read, whose value may turn out not to be used (race_taint.h).
uint32_t unreported(const Warp& warp, uint32_t lanes, Finding::Kind kind, std::string_view buffer, uint64_t offset,
                    uint32_t read_site = kNone, uint32_t weight = 0);
/// Likewise, for findings that are shown at `line` of the learner's file rather than at the pc's.
uint32_t unreported_at(const Warp& warp, uint32_t lanes, Finding::Kind kind, std::string_view buffer, int line);
/// The instruction whose place a finding shows: the warp's pc, or, where that is in a function of a header, the call
/// that the learner wrote.
uint32_t learners_pc(const Warp& warp);
/// "line 12", or "line 40 of helper.cuh" where an instruction is in no line of the kernel's own file.
std::string line_text(const LaunchState& launch, uint32_t pc);
/// Reports one lane's bad access at the warp's pc (lane_access.cpp).
void report_lane(Warp& warp, int lane, Incident incident);

/// Where in Warp::local_origins the byte at `offset` of a lane's stack is.
inline uint64_t local_origin_key(int lane, uint64_t offset) {
  return uint64_t{static_cast<uint32_t>(lane)} << 32 | offset;
}

template <class T>
T* row_at(char* registers, uint32_t offset) {
  return reinterpret_cast<T*>(registers + offset);
}

/// A word that one lane of a row holds.
inline uint32_t lane_of(const char* registers, uint32_t row, int lane) {
  return reinterpret_cast<const uint32_t*>(registers + row)[lane];
}

}  // namespace vgpu
