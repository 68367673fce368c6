#include "vgpu/machine/scheduling/schedule.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace vgpu {

namespace {

// Blocks that are in long loops, and may spin in a way that is not seen as such, are side by side up to so many; those
// that are seen to wait, as many as the device holds.
constexpr size_t kBusyBlocks = 64;
// Turns a block may spin before another one is started beside it.
constexpr int kPatience = 16;

/// Adds what a block's object has counted to the launch's sum.
void collect(LaunchState& state, const Block& block) {
  const std::lock_guard lock(state.counts_mutex);
  for (size_t pc = 0; pc < block.counts.size(); ++pc) state.counts[pc] += block.counts[pc];
}

/// Whether the block that has just ended touched global memory.
bool has_worked(const LaunchState& state, Block& block) {
  uint64_t accesses = 0;
  for (const uint32_t pc : state.memory_sites) {
    const SiteCounts& site = block.counts[pc];
    accesses += state.program.code[pc].kind == Kind::atomic ? site.warps : site.global_requests;
  }
  return std::exchange(block.memory_accesses, accesses) != accesses;
}

void count(LaunchState& state, Block& block) {
  uint64_t steps = 0, lanes = 0;
  for (const Warp& warp : block.warps) {
    steps += warp.steps;
    lanes += warp.lane_steps;
  }
  state.lane_instructions += lanes;
  ++state.blocks_done;
  if (block.live == 0) ++state.blocks_completed;
  if (state.limits.blocks_done != nullptr) state.limits.blocks_done->fetch_add(1, std::memory_order_relaxed);
  if (!state.memory_sites.empty() && has_worked(state, block)) ++state.working_blocks;
  const uint64_t all = state.warp_instructions += steps;
  if (!state.abort) end_over_budget(state, block, all);
}

// Blocks of larger grids are told apart by whether they do anything.
constexpr uint64_t kLargeGrid = 65536;
constexpr uint64_t kStepsBetweenLooks = 200'000;
// What is run of a grid that can never end within its limits: enough to see what its blocks do.
constexpr uint64_t kHopelessSteps = 20'000'000;

void find_memory_sites(LaunchState& state) {
  if (state.grid.count() <= kLargeGrid) return;
  for (uint32_t pc = 0; pc < state.program.code.size(); ++pc) {
    const Kind kind = state.program.code[pc].kind;
    if (kind == Kind::load || kind == Kind::store || kind == Kind::copy || kind == Kind::atomic) {
      state.memory_sites.push_back(pc);
    }
  }
}

/// Computing time of this host thread so far, and when it began with the launch at hand.
thread_local double launch_began = 0;
thread_local uint64_t clock_seen = 0;  // the steps at which it was last asked
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
void start_clock() {
  launch_began = thread_seconds();
  clock_seen = 0;
}

/// Warp instructions that a launch may take: Limits::total_steps, or fewer where the grid has so many warps that these
/// could never suffice.
uint64_t step_budget(const LaunchState& state) {
  const uint64_t warps = state.grid.count() * ((state.block.count() + kLanes - 1) / kLanes);
  const uint64_t limit = state.limits.total_steps;
  return warps > limit ? std::min(limit, kHopelessSteps) : limit;
}

/// Idle turns of each of so many blocks after which they wait in vain.
uint64_t most_idle_turns(size_t blocks) { return std::max<uint64_t>(kMostIdleTurns / blocks, 64); }

/// Whether all these blocks wait in loops for what nobody will bring.
bool all_wait(const std::deque<std::unique_ptr<Block>>& blocks) {
  return std::all_of(blocks.begin(), blocks.end(),
                     [limit = most_idle_turns(blocks.size())](const auto& block) { return block->idle_turns > limit; });
}

/// Ends a launch of which nobody can go on.
void report_all_waiting(LaunchState& state, Block& block, uint64_t waiting, uint64_t left) {
  if (left == 0) {
    report_waiting(block, "this loop waits for ever: nobody changes what it looks at", "");
  } else {
    report_waiting(
        block,
        fmt::format(
            "this loop waits for ever: {} of the grid's {} blocks are on the device {} at once, all of them wait, "
            "and the others cannot start before these end",
            waiting, state.grid.count(), state.device),
        fmt::format("blocks that wait for each other must all be on the device: launch at most {} of this size",
                    state.blocks_at_once));
  }
  state.abort = true;
}

}  // namespace

bool is_over_budget(const LaunchState& state, uint64_t steps) { return steps > step_budget(state); }

bool end_over_budget(LaunchState& state, const Block& block, uint64_t steps) {
  const uint64_t limit = state.limits.total_steps;
  const bool too_many = is_over_budget(state, steps);
  const double seconds = state.limits.thread_seconds;
  // The clock is worth a look only so often. (Other threads' steps are among `steps`: it may be looked at more often.)
  const bool look = seconds > 0 && !too_many && (steps < clock_seen || steps - clock_seen > kStepsBetweenLooks);
  if (look) clock_seen = steps;
  if (!too_many && !(look && thread_seconds() - launch_began > seconds)) return false;
  state.over_budget = true;
  Incident incident;
  incident.kind = Finding::Kind::timeout;
  incident.pc = state.kernel.first;
  incident.block = block.index;
  incident.text = too_many
                      ? fmt::format("the launch needs more than its budget of {} warp instructions", limit)
                      : fmt::format("the launch was given up after {:.0f} s of computing on this machine", seconds);
  incident.cause = "does the grid hold many more blocks than the problem needs, or each thread do the work of all?";
  state.report.add(incident);
  state.abort = true;
  return true;
}

void run_in_order(LaunchState& state) {
  start_clock();
  find_memory_sites(state);
  const uint64_t blocks = state.grid.count();
  std::deque<std::unique_ptr<Block>> resident;
  std::vector<std::unique_ptr<Block>> spare;
  uint64_t next = 0;
  const auto start = [&] {
    std::unique_ptr<Block> block;
    if (spare.empty()) {
      block = std::make_unique<Block>(state);
    } else {
      block = std::move(spare.back());
      spare.pop_back();
    }
    block->start(next++);
    resident.push_back(std::move(block));
  };
  const auto finish = [&] {
    for (const auto& block : spare) collect(state, *block);
    for (const auto& block : resident) collect(state, *block);
  };
  while (next < blocks || !resident.empty()) {
    if (resident.empty()) start();
    if (state.stop_asked()) return finish();
    std::unique_ptr<Block> block = std::move(resident.front());
    resident.pop_front();
    Turn turn = Turn::yielded;
    // Once others wait beside it, each has one turn at a time.
    const int turns = resident.empty() ? kPatience : 1;
    for (int i = 0; i < turns && turn == Turn::yielded; ++i) turn = run_block(*block);
    if (turn == Turn::aborted) {
      count(state, *block);
      spare.push_back(std::move(block));
      return finish();
    }
    if (turn == Turn::done) {
      count(state, *block);
      spare.push_back(std::move(block));
      if (state.taint != nullptr && state.taint->settled()) return finish();
      continue;
    }
    const bool waiting = block->waiting, waits = block->idle_turns > most_idle_turns(resident.size() + 1);
    resident.push_back(std::move(block));
    // Blocks that wait may wait for one that has not started.
    const bool may_start = state.program.blocks_may_talk && next < blocks && resident.size() < state.blocks_at_once &&
                           (resident.size() < kBusyBlocks || waiting);
    if (waits && !may_start && all_wait(resident)) {
      report_all_waiting(state, *resident.front(), resident.size(), state.program.blocks_may_talk ? blocks - next : 0);
      count(state, *resident.front());
      return finish();
    }
    if (may_start) {
      start();
      std::rotate(resident.begin(), resident.end() - 1, resident.end());  // the new one goes first
    }
  }
  finish();
}

void run_in_parallel(LaunchState& state, unsigned threads) {
  find_memory_sites(state);
  const uint64_t blocks = state.grid.count();
  std::atomic<uint64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    start_clock();
    try {
      Block block(state);
      struct Collector {  // however this thread ends
        LaunchState& state;
        Block& block;
        ~Collector() { collect(state, block); }
      } const collector{state, block};
      // A few at a time: neighbours share cache lines.
      const uint64_t chunk = std::clamp<uint64_t>(blocks / (threads * 8), 1, 32);
      for (;;) {
        const uint64_t first = next.fetch_add(chunk);
        if (first >= blocks) return;
        for (uint64_t b = first; b < std::min(first + chunk, blocks); ++b) {
          if (state.stop_asked()) return;
          block.start(b);
          Turn turn = Turn::yielded;
          while (turn == Turn::yielded && block.idle_turns <= kMostIdleTurns) turn = run_block(block);
          if (turn == Turn::yielded) report_all_waiting(state, block, 1, 0);
          count(state, block);
          if (turn == Turn::yielded) return;
          if (turn == Turn::aborted) return;
        }
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      state.abort = true;
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned t = 1; t < threads; ++t) workers.emplace_back(work);
  work();
  workers.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace vgpu
