// Block barriers: bar.sync, bar.arrive, bar.red (PTX ISA, "Parallel Synchronization and Communication Instructions").

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "vgpu/machine/mbarrier.h"
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

void release(Block& block, uint32_t id) {
  // Who waited, and who arrived without waiting.
  std::vector<std::pair<uint32_t, uint32_t>>& barrier_lanes = block.barriers[id].passed;
  const bool all = barrier_lanes.empty() && block.barriers[id].arrived >= block.live;
  for (Warp& warp : block.warps) {
    for (Group& group : warp.groups) {
      if (group.state != Group::State::at_barrier || group.waits_for != id) continue;
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

}  // namespace

void arrive_at_barrier(Warp& warp, size_t index, const Inst& inst) {
  Block& block = *warp.block;
  Group& group = warp.groups[index];
  const auto& info = *static_cast<const BarrierInfo*>(inst.info);
  const int first = std::countr_zero(group.mask);
  const uint32_t id = row_at<uint32_t>(warp.registers, info.id)[first];
  if (id >= block.barriers.size()) {
    Incident incident;
    incident.kind = Finding::Kind::barrier;
    incident.text = fmt::format("barrier {} does not exist: a block has barriers 0 to 15", id);
    report_lane(warp, first, incident);
    warp.launch->abort = true;
    return;
  }
  Barrier& barrier = block.barriers[id];
  if (info.count != kNone) barrier.expected = row_at<uint32_t>(warp.registers, info.count)[first];
  if (info.p != kNone) {
    const uint32_t bits = *row_at<uint32_t>(warp.registers, info.p);
    const uint32_t holds = (info.p_negated ? ~bits : bits) & group.mask;
    barrier.popc += static_cast<uint32_t>(std::popcount(holds));
    barrier.all = barrier.all && holds == group.mask;
    barrier.any = barrier.any || holds != 0;
  }
  barrier.arrived += static_cast<uint32_t>(std::popcount(group.mask));
  if (info.kind == BarrierKind::arrive) {
    barrier.passed.emplace_back(warp.index, group.mask);
    ++group.pc;
  } else {
    group.state = Group::State::at_barrier;
    group.waits_for = id;
  }
  if (complete(block, barrier)) release(block, id);
}

void release_barriers(Block& block) {
  for (uint32_t id = 0; id < block.barriers.size(); ++id) {
    if (complete(block, block.barriers[id])) release(block, id);
  }
}

void report_deadlock(Block& block) {
  const Program& program = block.launch->program;
  for (Warp& warp : block.warps) {
    for (Group& group : warp.groups) {
      Incident incident;
      incident.kind = Finding::Kind::barrier;
      if (group.state == Group::State::at_barrier) {
        const Barrier& barrier = block.barriers[group.waits_for];
        const uint32_t expected = barrier.expected != 0 ? barrier.expected : block.live;
        incident.text = fmt::format("threads wait at this barrier for ever: {} of {} threads have arrived",
                                    barrier.arrived, expected);
        incident.cause = "is the barrier inside a branch or loop that some threads do not take?";
        for (const Warp& other : block.warps) {
          for (const Group& elsewhere : other.groups) {
            if (elsewhere.pc == group.pc) continue;
            const Place place = place_of(program, elsewhere.pc);
            incident.text += fmt::format("; others wait at line {}", place.line);
            goto found;
          }
        }
      found:;
      } else {
        incident.text = fmt::format(
            "threads wait here for ever: of the lanes in the member mask {:#010x} some never come (here: {:#010x})",
            group.waits_for, group.mask);
        incident.cause = "the mask must name exactly the lanes that execute the instruction";
      }
      warp.pc = group.pc;
      for (uint32_t m = group.mask; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
    }
  }
}

}  // namespace vgpu
