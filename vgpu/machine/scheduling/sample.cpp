#include "vgpu/machine/scheduling/sample.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <utility>

namespace vgpu {

namespace {

constexpr uint64_t kCellBlocks = 4;
/// Where a block takes this part of all steps, blocks are dear: they are run one at a time, not by cells.
constexpr uint64_t kDearPart = 16;
constexpr double kGoldenRatio = 0.6180339887498949;
constexpr double kJitter = 1.0 / 32;

/// In [0, 1), the same for the same number always: the finaliser of splitmix64.
double random_unit(uint64_t number) {
  uint64_t x = number * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1p-53;
}

uint64_t scaled(uint64_t count, double weight) {
  return static_cast<uint64_t>(std::llround(static_cast<double>(count) * weight));
}

void add_scaled(std::vector<SiteCounts>& sum, const std::vector<SiteCounts>& more, double weight) {
  for (size_t pc = 0; pc < more.size(); ++pc) {
    for (const auto field : kSiteCountFields) sum[pc].*field += scaled(more[pc].*field, weight);
  }
}

class Sampler {
 public:
  explicit Sampler(LaunchState& state) : state_(state), blocks_(state.grid.count()) {
    state_.memory.for_each([&](Buffer& buffer) { traffic_.push_back({&buffer, {}, {}}); });
    if (!state_.limits.sample.writes || state_.program.blocks_may_talk) return;
    inner_.writes = std::make_unique<WriteLog>();
    ends_.writes = std::make_unique<WriteLog>();
  }

  void run(LaunchResult& result) {
    choose_blocks();
    result.blocks_run = ends_run_ + inner_run_;
    result.sampled = std::move(sampled_);
    if (cut_) result.sample_end = state_.program.blocks_may_talk ? SampleEnd::waiting : SampleEnd::cut;
    result.completed = !cut_ && !state_.abort;
    result.stopped = state_.stopped;
    if (result.blocks_run == 0 || result.sample_end == SampleEnd::waiting) return;
    const double weight =
        inner_run_ == 0 ? 0 : static_cast<double>(blocks_ - ends_run_) / static_cast<double>(inner_run_);
    std::vector<SiteCounts> sites(state_.program.code.size());
    add_scaled(sites, inner_.counts, weight);
    add_scaled(sites, ends_.counts, 1);
    summarise(state_.program, sites, result.counters);
    result.warp_instructions = result.counters.total.warp_instructions;
    result.lane_instructions = result.counters.total.lane_instructions;
    result.counters.block_read_sectors = scaled(inner_read_sectors_, weight) + ends_read_sectors_;
    for (const Traffic& each : traffic_) {
      const uint64_t most = (each.buffer->bytes + SectorSet::kSectorBytes - 1) / SectorSet::kSectorBytes;
      result.counters.dram_read_sectors += each.read.total(weight, most);
      result.counters.shared_read_sectors += each.read.shared();
      result.counters.dram_written_sectors += each.written.total(weight, most);
    }
  }

 private:
  struct Traffic {
    Buffer* buffer;
    SectorEstimate read, written;
  };

  bool over() const {
    return cut_ || state_.abort.load(std::memory_order_relaxed) || ends_run_ + inner_run_ >= wanted() ||
           steps_ >= state_.limits.sample.steps;
  }
  uint64_t wanted() const { return std::min(blocks_, state_.limits.sample.blocks); }

  /// An inner block first: where it is so dear that it stays the only one, it is one like most.
  void choose_blocks() {
    const uint64_t ends = blocks_ > 2 ? 1 : 0;  // at each side
    const uint64_t inner = blocks_ - 2 * ends;
    SpreadOrder cells((inner + kCellBlocks - 1) / kCellBlocks), singles(inner);
    const uint64_t probe = cells.next() * kCellBlocks;
    run_inner(ends + probe, ends + probe + 1);
    const bool dear = steps_ * kDearPart > state_.limits.sample.steps;
    if (!dear) run_inner(ends + probe + 1, std::min(ends + probe + kCellBlocks, ends + inner));
    end_group(false);
    if (ends > 0) run_ends();
    for (uint64_t left = dear ? inner : cells.size() - 1; left > 0 && !over(); --left) {
      const uint64_t first = dear ? singles.next() : cells.next() * kCellBlocks;
      if (dear && first == probe) continue;
      run_inner(ends + first, std::min(ends + first + (dear ? 1 : kCellBlocks), ends + inner));
      end_group(false);
    }
  }

  void run_inner(uint64_t first, uint64_t end) {
    for (uint64_t block = first; block < end && !over(); ++block) {
      run_one(inner_, block, inner_read_sectors_);
      ++inner_run_;
    }
  }

  void run_ends() {
    for (const uint64_t block : {blocks_ - 1, uint64_t{0}}) {
      if (over()) return;
      run_one(ends_, block, ends_read_sectors_);
      ++ends_run_;
      end_group(true);
    }
  }

  void run_one(Block& block, uint64_t index, uint64_t& read_sectors) {
    if (state_.stop_asked()) return;
    block.start(index);
    Turn turn = Turn::yielded;
    while (turn == Turn::yielded && block.idle_turns <= kMostIdleTurns) turn = run_block(block);
    cut_ = turn == Turn::cut || turn == Turn::yielded;
    for (const Warp& warp : block.warps) steps_ += warp.steps;
    if (block.writes) note_writes(*block.writes, index, turn == Turn::done);
    for (Traffic& each : traffic_) {
      read_sectors += each.read.add_block(each.buffer->read_sectors);
      each.written.add_block(each.buffer->written_sectors);
    }
  }

  void note_writes(WriteLog& log, uint64_t index, bool ended) {
    SampledBlock block{index, ended, {}};
    for (WriteLog::Entry& entry : log.sorted()) {
      block.exact = block.exact && !entry.atomic;
      block.wrote.push_back({entry.buffer->base, std::move(entry.ranges)});
    }
    sampled_.push_back(std::move(block));
    log.clear();
  }

  void end_group(bool alone) {
    for (Traffic& each : traffic_) {
      each.read.end_group(alone);
      each.written.end_group(alone);
    }
  }

  LaunchState& state_;
  uint64_t blocks_;
  std::vector<Traffic> traffic_;
  Block inner_{state_}, ends_{state_};  // their counts are those of all blocks they have run
  uint64_t inner_run_ = 0, ends_run_ = 0;
  uint64_t inner_read_sectors_ = 0, ends_read_sectors_ = 0;
  uint64_t steps_ = 0;
  bool cut_ = false;
  std::vector<SampledBlock> sampled_;
};

}  // namespace

std::string_view name_of(SampleEnd end) {
  switch (end) {
    case SampleEnd::done:
      return "done";
    case SampleEnd::cut:
      return "cut";
    case SampleEnd::waiting:
      return "waiting";
  }
  return "";
}

uint64_t SpreadOrder::next() {
  ++turn_;
  const double jitter = (random_unit(turn_) - 0.5) * kJitter;
  const double place = static_cast<double>(turn_) * kGoldenRatio + jitter;
  auto cell = static_cast<uint64_t>((place - std::floor(place)) * static_cast<double>(cells_));
  cell = std::min(cell, cells_ - 1);
  while (taken_.contains(cell)) cell = (cell + 1) % cells_;
  taken_.insert(cell);
  return cell;
}

uint64_t SectorEstimate::add_block(SectorSet& block) {
  uint64_t sectors = 0;
  block.take([&](uint64_t number, const uint64_t* words) {
    Chunk& chunk = chunks_[number];
    open_.push_back(&chunk);
    for (size_t w = 0; w < SectorSet::kChunkWords; ++w) {
      chunk.group[w] |= words[w];
      sectors += static_cast<uint64_t>(std::popcount(words[w]));
    }
  });
  return sectors;
}

void SectorEstimate::end_group(bool alone) {
  for (Chunk* chunk : open_) {
    for (size_t w = 0; w < SectorSet::kChunkWords; ++w) {
      const uint64_t words = std::exchange(chunk->group[w], 0);
      if (alone) {
        chunk->alone[w] |= words;
      } else {
        chunk->shared[w] |= chunk->seen[w] & words;
        chunk->seen[w] |= words;
      }
    }
  }
  open_.clear();
}

uint64_t SectorEstimate::total(double weight, uint64_t most) const {
  uint64_t touched = 0, by_one = 0;
  for (const auto& [number, chunk] : chunks_) {
    for (size_t w = 0; w < SectorSet::kChunkWords; ++w) {
      touched += static_cast<uint64_t>(std::popcount(chunk.seen[w] | chunk.alone[w]));
      by_one += static_cast<uint64_t>(std::popcount(chunk.seen[w] & ~chunk.shared[w] & ~chunk.alone[w]));
    }
  }
  return std::min(most, touched + scaled(by_one, std::max(weight - 1, 0.0)));
}

uint64_t SectorEstimate::shared() const {
  uint64_t sectors = 0;
  for (const auto& [number, chunk] : chunks_) {
    for (const uint64_t word : chunk.shared) sectors += static_cast<uint64_t>(std::popcount(word));
  }
  return sectors;
}

void run_sample(LaunchState& state, LaunchResult& result) { Sampler(state).run(result); }

void run_for_coverage(LaunchState& state, LaunchResult& result) {
  state.memory.for_each([](Buffer& buffer) {
    if (buffer.writes) buffer.writes->start_launch();
  });
  Block block(state);
  block.writes = std::make_unique<WriteLog>();
  uint64_t steps = 0;
  for (uint64_t index = 0; index < state.grid.count() && steps <= state.limits.total_steps; ++index) {
    if (state.stop_asked()) break;
    block.start(index);
    Turn turn = Turn::yielded;
    while (turn == Turn::yielded) turn = run_block(block);
    if (turn != Turn::done) break;
    for (const Warp& warp : block.warps) steps += warp.steps;
    for (const WriteLog::Entry& entry : block.writes->sorted()) {
      if (entry.buffer->writes) entry.buffer->writes->add(entry.ranges, entry.atomic);
    }
    block.writes->clear();
    ++result.blocks_run;
  }
  result.warp_instructions = steps;
  result.completed = result.blocks_run == state.grid.count();
  result.stopped = state.stopped;
}

}  // namespace vgpu
