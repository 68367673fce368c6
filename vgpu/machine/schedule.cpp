#include "vgpu/machine/schedule.h"

#include <fmt/format.h>

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

void count(LaunchState& state, const Block& block) {
  uint64_t steps = 0, lanes = 0;
  for (const Warp& warp : block.warps) {
    steps += warp.steps;
    lanes += warp.lane_steps;
  }
  state.lane_instructions += lanes;
  if ((state.warp_instructions += steps) <= state.limits.total_steps || state.abort) return;
  Incident incident;
  incident.kind = Finding::Kind::timeout;
  incident.pc = state.kernel.first;
  incident.block = block.index;
  incident.text = fmt::format("the launch used up its budget of {} warp instructions", state.limits.total_steps);
  incident.cause = "does the grid hold many more blocks than the problem needs?";
  state.report.add(incident);
  state.abort = true;
}

/// Whether all these blocks wait in loops for what nobody will bring.
bool all_wait(const std::deque<std::unique_ptr<Block>>& blocks) {
  return std::all_of(blocks.begin(), blocks.end(),
                     [](const auto& block) { return block->idle_turns > kMostIdleTurns; });
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

void run_in_order(LaunchState& state) {
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
    const bool waiting = block->waiting, waits = block->idle_turns > kMostIdleTurns;
    resident.push_back(std::move(block));
    // Blocks that wait may wait for one that has not started.
    const bool may_start = state.program.blocks_may_talk && next < blocks && resident.size() < state.blocks_at_once &&
                           (resident.size() < kBusyBlocks || waiting);
    if (waits && !may_start && all_wait(resident)) {
      report_all_waiting(state, *resident.front(), resident.size(),
                         state.program.blocks_may_talk ? blocks - next : 0);
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
  const uint64_t blocks = state.grid.count();
  std::atomic<uint64_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
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
