// Block barriers: bar.sync, bar.arrive, bar.red (PTX ISA, "Parallel Synchronization and Communication Instructions").
// Those of the aligned form ask for all lanes of a warp together: lanes that come apart, since they have run apart,
// wait for the rest of their warp first. CUDA asks more of __syncthreads(): the whole block at the same one.

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "vgpu/machine/findings/threads_text.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/scheduling/deadlock.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

const BarrierInfo& info_of(const Warp& warp, const Group& group) {
  return *static_cast<const BarrierInfo*>(warp.launch->program.code[group.pc].info);
}

void write_result(Warp& warp, const Group& group, const BarrierInfo& info, const Barrier& barrier) {
  char* registers = warp.file + group.frame;
  if (info.kind == BarrierKind::red_popc) {
    uint32_t* d = row_at<uint32_t>(registers, info.d);
    for (uint32_t m = group.mask; m != 0; m &= m - 1) d[std::countr_zero(m)] = barrier.popc;
  } else if (info.kind == BarrierKind::red_and || info.kind == BarrierKind::red_or) {
    const bool value = info.kind == BarrierKind::red_and ? barrier.all : barrier.any;
    uint32_t* d = row_at<uint32_t>(registers, info.d);
    *d = value ? (*d | group.mask) : (*d & ~group.mask);
  }
}

/// Accesses before a barrier come before those after it, for the threads that took part. `all` live ones did.
void order_accesses(Block& block, const std::vector<std::pair<uint32_t, uint32_t>>& warps_and_lanes, bool all) {
  const uint32_t now = block.tick();
  if (all && block.live == block.threads) {
    std::fill(block.barrier_time.begin(), block.barrier_time.end(), now);
    block.whole_barrier_time = now;
  } else {
    for (const auto& [warp, lanes] : warps_and_lanes) {
      for (uint32_t m = lanes; m != 0; m &= m - 1) {
        block.barrier_time[warp * kLanes + static_cast<uint32_t>(std::countr_zero(m))] = now;
      }
    }
  }
  if (all) {
    block.shadow.all_synchronised(now);
  } else {
    block.partial_barrier_time = now;
  }
  if (block.mbarriers) {
    std::vector<uint32_t> threads;
    for (const auto& [warp, lanes] : warps_and_lanes) {
      for (uint32_t m = lanes; m != 0; m &= m - 1)
        threads.push_back(warp * kLanes + static_cast<uint32_t>(std::countr_zero(m)));
    }
    block.mbarriers->visibility.join(threads, now);
  }
}

/// Threads that have ended are not waited for. That is allowed, and worth a word: once for each barrier of a block.
void note_returned(Block& block, const Warp& waiting, const Group& group) {
  if (std::find(block.noted.begin(), block.noted.end(), group.pc) != block.noted.end()) return;
  block.noted.push_back(group.pc);
  ThreadSet returned;
  for (const Warp& warp : block.warps) {
    if (const uint32_t lanes = warp.existing() & ~warp.live; lanes != 0) returned.emplace_back(warp.index, lanes);
  }
  Incident incident;
  incident.kind = Finding::Kind::barrier;
  incident.pc = group.pc;
  incident.block = block.index;
  incident.thread = block.warps[returned[0].first].thread_of(std::countr_zero(returned[0].second));
  incident.threads = count_of(returned);
  incident.of_many = true;
  incident.text = fmt::format("{} returned before {}; keep them until the last barrier",
                              threads_text(block.launch->block, returned), barrier_text(waiting, group));
  block.launch->notes.add(incident);
}

void release(Block& block, uint32_t id) {
  // Who waited, and who arrived without waiting.
  std::vector<std::pair<uint32_t, uint32_t>>& barrier_lanes = block.barriers[id].passed;
  const bool all = barrier_lanes.empty() && block.barriers[id].arrived >= block.live;
  const bool some_returned = block.barriers[id].expected == 0 && block.live < block.threads;
  for (Warp& warp : block.warps) {
    for (Group& group : warp.groups) {
      if (group.state != Group::State::at_barrier || group.waits_for != id) continue;
      if (some_returned) [[unlikely]]
        note_returned(block, warp, group);
      write_result(warp, group, info_of(warp, group), block.barriers[id]);
      barrier_lanes.emplace_back(warp.index, group.mask);
      group.state = Group::State::ready;
      group.turns = 0;
      ++group.pc;
    }
  }
  order_accesses(block, barrier_lanes, all);
  block.barriers[id] = {};
}

bool complete(const Block& block, const Barrier& barrier) {
  if (barrier.arrived == 0) return false;
  return barrier.arrived >= (barrier.expected != 0 ? barrier.expected : block.live);
}

/// The lanes of a group have come, and with them all of their warp that they must come with.
void arrive(Warp& warp, Group& group) {
  Block& block = *warp.block;
  const BarrierInfo& info = info_of(warp, group);
  const char* registers = warp.file + group.frame;
  const int first = std::countr_zero(group.mask);
  const uint32_t id = lane_of(registers, info.id, first);
  Barrier& barrier = block.barriers[id];
  if (info.count != kNone) {
    barrier.expected = lane_of(registers, info.count, first);
  } else if (id == 0 && info.aligned) {
    if (barrier.pc == kNone) barrier.pc = group.pc;
    if (barrier.pc != group.pc) {
      group.state = Group::State::at_barrier;
      group.waits_for = id;
      return report_two_barriers(warp, group, barrier.pc);
    }
  }
  if (info.p != kNone) {
    const uint32_t bits = lane_of(registers, info.p, 0);
    const uint32_t holds = (info.p_negated ? ~bits : bits) & group.mask;
    barrier.popc += static_cast<uint32_t>(std::popcount(holds));
    barrier.all = barrier.all && holds == group.mask;
    barrier.any = barrier.any || holds != 0;
  }
  barrier.arrived += static_cast<uint32_t>(std::popcount(group.mask));
  if (info.kind == BarrierKind::arrive) {
    barrier.passed.emplace_back(warp.index, group.mask);
    group.state = Group::State::ready;
    ++group.pc;
  } else {
    group.state = Group::State::at_barrier;
    group.waits_for = id;
  }
  if (complete(block, barrier)) release(block, id);
}

/// Of one instruction, called in the same way.
bool same_barrier(const Group& a, const Group& b) {
  return a.state == Group::State::gathering && b.state == Group::State::gathering && a.pc == b.pc &&
         std::equal(a.returns.begin(), a.returns.end(), b.returns.begin(), b.returns.end(),
                    [](const Return& x, const Return& y) { return x.pc == y.pc; });
}

}  // namespace

void arrive_at_barrier(Warp& warp, size_t index, const Inst& inst) {
  Group& group = warp.groups[index];
  const auto& info = *static_cast<const BarrierInfo*>(inst.info);
  const int first = std::countr_zero(group.mask);
  const uint32_t id = lane_of(warp.registers, info.id, first);
  if (id >= warp.block->barriers.size()) {
    Incident incident;
    incident.kind = Finding::Kind::barrier;
    incident.text = fmt::format("barrier {} does not exist: a block has barriers 0 to 15", id);
    report_lane(warp, first, incident);
    warp.launch->abort = true;
    return;
  }
  if (group.mask == warp.live || !info.aligned) return arrive(warp, group);
  group.state = Group::State::gathering;
  ++warp.gathering;
  gather_at_barriers(warp);
}

void gather_at_barriers(Warp& warp) {
  for (size_t i = 0; warp.gathering > 0 && i < warp.groups.size(); ++i) {
    if (warp.groups[i].state != Group::State::gathering) continue;
    uint32_t here = 0;
    for (const Group& other : warp.groups) {
      if (same_barrier(warp.groups[i], other)) here |= other.mask;
    }
    if (here != warp.live) continue;
    // Mostly they are in the same call too, and one group from here on.
    std::vector<size_t> apart;
    for (size_t j = warp.groups.size(); j-- > i + 1;) {
      if (!same_barrier(warp.groups[i], warp.groups[j])) continue;
      --warp.gathering;
      if (warp.groups[j].frame != warp.groups[i].frame) {
        apart.push_back(j);
        continue;
      }
      warp.groups[i].mask |= warp.groups[j].mask;
      warp.groups.erase(warp.groups.begin() + static_cast<ptrdiff_t>(j));
      for (size_t& each : apart) --each;
    }
    --warp.gathering;
    for (Group& other : warp.groups) other.passed_by = kNone;
    arrive(warp, warp.groups[i]);
    for (const size_t j : apart) arrive(warp, warp.groups[j]);
    return;
  }
}

void release_barriers(Block& block) {
  for (uint32_t id = 0; id < block.barriers.size(); ++id) {
    if (complete(block, block.barriers[id])) release(block, id);
  }
}

}  // namespace vgpu
