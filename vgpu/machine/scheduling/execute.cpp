// The interpreter's loop: which group of a warp runs, and its instructions one after the other.

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "vgpu/machine/checks/definedness.h"
#include "vgpu/machine/instructions/follow_reads.h"
#include "vgpu/machine/scheduling/control_flow.h"
#include "vgpu/machine/scheduling/deadlock.h"
#include "vgpu/machine/scheduling/schedule.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

// Backward branches and calls before somebody else gets a turn. With groups apart the turn is shorter: a spinning group
// may wait for one that is held back. Both are long enough that ordinary divergent loops still meet again after the
// loop.
constexpr uint32_t kLoopTurn = 8192;
constexpr uint32_t kLoopTurnApart = 1024;

enum class End : uint8_t { switch_group, blocked, exited, yielded, aborted };

bool same_place(const Group& a, const Group& b) {
  return a.pc == b.pc && a.frame == b.frame && a.function == b.function && a.returns == b.returns;
}

// Deeper calls first, so that they return to where the others wait; then the one furthest behind.
bool before(const Group& a, const Group& b) {
  if (a.turns != b.turns) return a.turns < b.turns;
  if (a.returns.size() != b.returns.size()) return a.returns.size() > b.returns.size();
  return a.pc < b.pc;
}

int pick_group(Warp& warp) {
  std::vector<Group>& groups = warp.groups;
  int best = -1;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].state != Group::State::ready) continue;
    if (best < 0 || before(groups[i], groups[best])) best = static_cast<int>(i);
  }
  if (best < 0) return -1;
  for (size_t i = groups.size(); i-- > 0;) {
    if (static_cast<int>(i) == best || groups[i].state != Group::State::ready) continue;
    if (!same_place(groups[i], groups[best])) continue;
    groups[best].mask |= groups[i].mask;
    groups[best].turns = std::min(groups[best].turns, groups[i].turns);
    groups[best].split_at = kNone;
    if (groups[best].passed_by == kNone) groups[best].passed_by = groups[i].passed_by;
    groups[best].loops = std::max(groups[best].loops, groups[i].loops);
    groups.erase(groups.begin() + static_cast<ptrdiff_t>(i));
    if (static_cast<int>(i) < best) --best;
  }
  return best;
}

// Where the running group must stop because another one waits to merge there.
uint32_t meeting_point(const Warp& warp, const Group& group) {
  uint32_t limit = kNone;
  if (warp.gathering > 0) [[unlikely]]
    limit = group.pc + 1;  // is it on the way to the barrier? (look_behind)
  for (const Group& other : warp.groups) {
    if (&other == &group || other.state != Group::State::ready || other.frame != group.frame) continue;
    if (other.pc > group.pc) limit = std::min(limit, other.pc);
  }
  return limit;
}

/// Groups that wait at the same warp step become one; it goes on once all lanes that still run are in it.
void gather_at_warp_step(Warp& warp) {
  std::vector<Group>& groups = warp.groups;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].state != Group::State::at_warp_step) continue;
    for (size_t j = groups.size(); j-- > i + 1;) {
      if (groups[j].state != Group::State::at_warp_step || !same_place(groups[i], groups[j])) continue;
      groups[i].mask |= groups[j].mask;
      groups.erase(groups.begin() + static_cast<ptrdiff_t>(j));
    }
    if (groups[i].mask != warp.live) continue;
    groups[i].state = Group::State::ready;
    groups[i].turns = 0;
  }
}

/// Nobody else can come: whoever waits at a warp step goes through it as it is, and is reported there.
bool give_up_at_warp_steps(Block& block) {
  bool any = false;
  for (Warp& warp : block.warps) {
    for (Group& group : warp.groups) {
      if (group.state != Group::State::at_warp_step) continue;
      group.state = Group::State::ready;
      group.alone = true;
      any = true;
    }
  }
  return any;
}

/// Lanes gather at a barrier, and this group runs on: will it come? False after reporting that it will not.
bool look_behind(Warp& warp, Group& group) {
  Block& block = *warp.block;
  if (!block.paths) block.paths = std::make_unique<ControlFlow>(block.launch->program);
  if (block.paths->leads_out(group)) return true;
  for (const Group& waiting : warp.groups) {
    if (waiting.state != Group::State::gathering) continue;
    const Passing passing = block.paths->passing(waiting, group);
    if (passing == Passing::before) continue;
    group.passed_by = waiting.pc;
    if (passing == Passing::by) continue;
    report_apart(warp, waiting);
    return false;
  }
  return true;
}

/// `at`: the instruction by which they leave, kNone where that is not known.
void exit_lanes(Warp& warp, size_t index, uint32_t mask, uint32_t at) {
  if (warp.gathering > 0 && warp.groups[index].passed_by != kNone) [[unlikely]] {
    for (const Group& waiting : warp.groups) {
      if (waiting.state == Group::State::gathering && waiting.pc == warp.groups[index].passed_by)
        return report_apart(warp, waiting);
    }
  }
  for (uint32_t m = mask; m != 0; m &= m - 1) warp.left_at[std::countr_zero(m)] = at;
  warp.groups[index].mask &= ~mask;
  warp.live &= ~mask;
  warp.block->live -= static_cast<uint32_t>(std::popcount(mask));
  if (warp.groups[index].mask == 0) warp.groups.erase(warp.groups.begin() + static_cast<ptrdiff_t>(index));
  if (!warp.groups.empty()) {
    retry_collectives(warp);
    gather_at_warp_step(warp);
    gather_at_barriers(warp);
  }
  release_barriers(*warp.block);
}

// The group splits at the warp's pc: `mask` of its lanes become a new group at `pc`.
void split(Warp& warp, size_t index, uint32_t mask, uint32_t pc) {
  warp.groups[index].split_at = warp.pc;
  Group other = warp.groups[index];
  other.mask = mask;
  other.pc = pc;
  warp.groups[index].mask &= ~mask;
  warp.groups.push_back(std::move(other));
}

void report_endless(Warp& warp, const Group& group, const char* what) {
  Incident incident;
  incident.kind = Finding::Kind::timeout;
  incident.text = what;
  incident.cause = "does the loop's condition change in every iteration, and for every thread?";
  const uint32_t pc = warp.pc;
  warp.pc = group.pc;
  for (uint32_t m = group.mask; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
  warp.pc = pc;
}

/// grid.sync() traps where the blocks could never meet.
void explain_grid_trap(LaunchState& launch, Incident& incident) {
  if (!launch.program.uses_grid_workspace || launch.grid_workspace != 0) return;
  launch.grid_too_large = true;
  incident.text = fmt::format(
      "grid.sync() waits for all {} blocks of the grid, of which the device {} holds {} at once: the others cannot "
      "start "
      "before these end",
      launch.grid.count(), launch.device, launch.blocks_at_once);
  incident.cause = fmt::format(
      "launch at most {} blocks of this size, and let each do its part of the work in a loop: i += gridDim.x * "
      "blockDim.x",
      launch.blocks_at_once);
}

/// A predicate that hangs on something undefined decides what happens: reported once, then taken as it is.
void check_guard(Warp& warp, const Inst& inst, uint32_t pc, uint32_t active) {
  const uint32_t lanes = undefined_of(warp, inst.guard) & active;
  if (lanes == 0) return;
  warp.pc = pc;
  report_undefined(warp, lanes, inst.guard,
                   inst.code == Code::branch ? "the branch hangs on" : "the condition hangs on");
  set_undefined(warp, inst.guard, active, 0);
}

bool nothing_undefined(const Warp& warp) {
  return warp.launch->taint == nullptr &&
         std::all_of(warp.undefined.begin(), warp.undefined.end(), [](uint32_t lanes) { return lanes == 0; });
}

/// Runs one group until something else is to run. `kTrack`: definedness is carried along.
template <bool kTrack>
End run_group(Warp& warp, size_t index) {
  const Inst* const code = warp.launch->program.code.data();
  SiteCounts* const counts = warp.block->counts.data();
  Group* group = &warp.groups[index];
  uint32_t active = group->mask;
  char* registers = warp.file + group->frame;
  warp.registers = registers;
  warp.local = group->local;
  warp.local_end = group->local + warp.launch->program.functions[group->function].local_bytes;
  uint32_t pc = group->pc;
  const uint32_t limit = meeting_point(warp, *group);
  const uint32_t turn = warp.groups.size() > 1 ? kLoopTurnApart : kLoopTurn;
  uint32_t loops = group->loops;  // kept over splits and barriers: a loop's body may hold them
  uint64_t steps = 0, lane_steps = 0;
  const uint64_t lanes = static_cast<uint64_t>(std::popcount(active));

  const auto finish = [&](uint32_t at) {
    group->pc = at;
    group->loops = loops;
    warp.steps += steps;
    warp.lane_steps += lane_steps;
  };

  const auto turn_ends = [&] {
    if (++loops < turn) return false;
    loops = 0;
    return true;
  };

  for (;;) {
    if (pc >= limit) [[unlikely]] {
      finish(pc);
      return End::switch_group;
    }
    const Inst& inst = code[pc];
    uint32_t mask = active;
    ++steps;
    if (inst.guard != kNone) {
      if constexpr (kTrack) {
        check_guard(warp, inst, pc, active);
        if (warp.launch->taint != nullptr) follow_guard(warp, inst, pc, active);
      }
      const uint32_t guard = *row_at<uint32_t>(registers, inst.guard);
      mask &= inst.guard_negated ? ~guard : guard;
      if (mask == 0) {
        ++pc;
        continue;
      }
    }
    const uint64_t busy = mask == active ? lanes : static_cast<uint64_t>(std::popcount(mask));
    lane_steps += busy;
    ++counts[pc].warps;
    counts[pc].lanes += busy;
    if constexpr (kTrack) {
      if (warp.launch->taint != nullptr) follow_before(warp, inst, pc, mask);
    }
    switch (inst.code) {
      case Code::lane:
        if constexpr (kTrack) carry_undefined(warp, inst, mask, pc);
        (mask == kFullMask ? inst.full : inst.masked)(registers, inst.rows, mask);
        ++pc;
        break;
      case Code::warp_step:
        if (mask != warp.live && !group->alone) [[unlikely]] {
          // Not executed yet.
          --steps, --counts[pc].warps;
          lane_steps -= busy, counts[pc].lanes -= busy;
          finish(pc);
          warp.pc = pc;
          if (mask != active) {
            split(warp, index, active & ~mask, pc + 1);
            return End::switch_group;
          }
          group->state = Group::State::at_warp_step;
          gather_at_warp_step(warp);
          return End::blocked;
        }
        group->alone = false;
        [[fallthrough]];
      case Code::step:
      case Code::look:
        warp.pc = pc;
        warp.clock = warp.steps + steps;
        if constexpr (kTrack) {
          if (inst.rows.d[0] != kNoSource) set_undefined(warp, inst.rows.d[0], mask, 0);  // %clock, an address
        }
        inst.step(warp, inst, mask);
        if constexpr (kTrack) {
          if (warp.launch->taint != nullptr) follow_after(warp, inst, pc, mask);
        }
        ++pc;
        if (inst.code == Code::look && (warp.idle || warp.gives_way)) {
          loops = turn - 1;  // the turn ends with this round of the loop
          warp.gives_way = false;
        }
        if constexpr (!kTrack) {
          if (warp.tracking) [[unlikely]] {
            finish(pc);
            return End::switch_group;
          }
        }
        break;
      case Code::branch: {
        const uint32_t target = inst.target;
        if (target <= pc && turn_ends()) {
          // The branch itself is taken when the group runs next.
          finish(pc);
          return End::yielded;
        }
        if (mask == active) {
          [[maybe_unused]] const bool backward = target <= pc;
          pc = target;
          if constexpr (kTrack) {
            // What was undefined is gone: no need to carry on with it.
            if (backward && (loops & 31) == 0 && nothing_undefined(warp)) {
              warp.tracking = false;
              finish(pc);
              return End::switch_group;
            }
          }
          break;
        }
        finish(target);
        warp.pc = pc;
        split(warp, index, active & ~mask, pc + 1);
        return End::switch_group;
      }
      case Code::branch_index: {
        const auto& table = *static_cast<const BranchTable*>(inst.info);
        const uint32_t* choice = row_at<uint32_t>(registers, table.index_row);
        if constexpr (kTrack) {
          if (const uint32_t undefined = undefined_of(warp, table.index_row) & mask; undefined != 0) {
            warp.pc = pc;
            report_undefined(warp, undefined, table.index_row, "the branch hangs on");
            set_undefined(warp, table.index_row, mask, 0);
          }
        }
        if (turn_ends()) {
          finish(pc);
          return End::yielded;
        }
        finish(pc + 1);
        warp.pc = pc;
        uint32_t left = mask;
        if (active & ~mask) split(warp, index, active & ~mask, pc + 1);
        while (left != 0) {
          const uint32_t chosen = choice[std::countr_zero(left)];
          uint32_t same = 0;
          for (uint32_t m = left; m != 0; m &= m - 1) {
            if (choice[std::countr_zero(m)] == chosen) same |= m & -m;
          }
          left &= ~same;
          // PTX leaves an index past the table undefined; the last entry keeps it inside.
          const uint32_t target = table.targets[std::min<size_t>(chosen, table.targets.size() - 1)];
          if (left != 0) {
            split(warp, index, same, target);
          } else {
            warp.groups[index].pc = target;
          }
        }
        return End::switch_group;
      }
      case Code::call: {
        warp.pc = pc;
        if (mask != active) {
          finish(pc);
          split(warp, index, active & ~mask, pc + 1);
          return End::switch_group;  // the rest comes back to this instruction alone
        }
        if (turn_ends()) {
          finish(pc);
          return End::yielded;
        }
        finish(pc);
        if (enter_call(warp, *group, inst)) return warp.launch->abort ? End::aborted : End::switch_group;
        call_external(warp, inst, mask);
        steps = lane_steps = 0;
        if (warp.launch->abort.load(std::memory_order_relaxed)) return End::aborted;
        ++pc;
        break;
      }
      case Code::ret:
        if (!group->returns.empty()) {
          finish(pc);
          warp.pc = pc;
          if (mask != active) {
            split(warp, index, active & ~mask, pc + 1);
            return End::switch_group;
          }
          leave_call(warp, *group);
          return End::switch_group;
        }
        [[fallthrough]];
      case Code::exit:
        finish(pc + 1);
        exit_lanes(warp, index, mask, inst.guard != kNone ? pc : group->split_at);
        return End::exited;
      case Code::barrier:
        finish(pc);
        warp.pc = pc;
        if (mask != active) {
          split(warp, index, active & ~mask, pc + 1);
          return End::switch_group;
        }
        arrive_at_barrier(warp, index, inst);
        return End::blocked;
      case Code::collective:
        finish(pc);
        steps = lane_steps = 0;
        warp.pc = pc;
        if (mask != active) {
          split(warp, index, active & ~mask, pc + 1);
          return End::switch_group;
        }
        if (!run_collective(warp, index, inst)) return End::blocked;
        ++pc;
        // Others may have been set free by it, or something undefined has come up.
        if (warp.groups.size() > 1 || (!kTrack && warp.tracking)) {
          warp.groups[index].pc = pc;  // `group` may have moved: a collective splits lanes with different masks
          return End::switch_group;
        }
        break;
      case Code::trap: {
        finish(pc);
        warp.pc = pc;
        Incident incident;
        incident.kind = Finding::Kind::trap;
        incident.text = "the kernel executed a trap instruction";
        explain_grid_trap(*warp.launch, incident);
        for (uint32_t m = mask; m != 0; m &= m - 1) report_lane(warp, std::countr_zero(m), incident);
        warp.launch->abort = true;
        return End::aborted;
      }
    }
  }
}

uint64_t steps_of(const Block& block) {
  uint64_t steps = 0;
  for (const Warp& warp : block.warps) steps += warp.steps;
  return steps;
}

/// Reports where the warp is that has run longest; false where none is ready to go on.
bool report_longest_loop(Block& block) {
  Warp* longest = nullptr;
  for (Warp& warp : block.warps) {
    if (!warp.groups.empty() && (longest == nullptr || warp.steps > longest->steps)) longest = &warp;
  }
  if (longest == nullptr) return false;
  report_endless(*longest, longest->groups.front(), "this loop goes on for longer than the whole launch may take");
  return true;
}

}  // namespace

Turn run_warp(Warp& warp, bool& progress) {
  LaunchState& launch = *warp.launch;
  for (;;) {
    if (warp.groups.empty()) return Turn::done;
    const int index = pick_group(warp);
    if (index < 0) return report_stuck(warp) ? Turn::aborted : Turn::blocked;
    if (warp.gathering > 0 && !look_behind(warp, warp.groups[static_cast<size_t>(index)])) [[unlikely]]
      return Turn::aborted;
    const size_t count = warp.groups.size();
    const auto at = static_cast<size_t>(index);
    const End end = warp.tracking ? run_group<true>(warp, at) : run_group<false>(warp, at);
    if (end == End::aborted || launch.abort.load(std::memory_order_relaxed)) return Turn::aborted;
    if (end == End::exited || end == End::blocked) progress = true;
    if (end == End::yielded) {
      Group& group = warp.groups[static_cast<size_t>(index)];
      warp.still = warp.idle && is_still(warp, group);
      if (launch.stop_asked()) return Turn::aborted;
      if (warp.steps > launch.limits.warp_steps) {
        if (warp.idle) {
          report_waiting(*warp.block, "this loop waits for ever: nobody changes what it looks at", "");
        } else {
          report_endless(warp, group, "this loop does not end: the step budget of a warp is used up");
        }
        launch.abort = true;
        return Turn::aborted;
      }
      ++group.turns;
      if (count == 1) return Turn::yielded;
      // Everybody has had as many turns as this group: let the other warps run too.
      if (std::all_of(warp.groups.begin(), warp.groups.end(), [&](const Group& other) {
            return other.state != Group::State::ready || other.turns >= group.turns;
          })) {
        return Turn::yielded;
      }
    }
  }
}

Turn run_block(Block& block) {
  LaunchState& launch = *block.launch;
  for (;;) {
    bool progress = false, all_done = true;
    uint32_t yielded = 0;  // warps
    block.waiting = true;
    for (Warp& warp : block.warps) {
      if (warp.groups.empty()) continue;
      const Turn turn = run_warp(warp, progress);
      if (turn == Turn::aborted) return turn;
      if (turn != Turn::done) all_done = false;
      if (turn == Turn::yielded) {
        yielded |= 1u << warp.index;
        block.waiting = block.waiting && warp.idle;
      }
    }
    if (all_done) return Turn::done;
    if (launch.limits.sample.blocks > 0) {
      if (steps_of(block) > launch.limits.sample.block_steps) return Turn::cut;
    } else {
      const uint64_t steps = launch.warp_instructions + steps_of(block);
      // The first block alone: a loop in it is to blame, not the grid.
      if (is_over_budget(launch, steps) && launch.blocks_done == 0 && report_longest_loop(block)) launch.abort = true;
      if (launch.abort || end_over_budget(launch, block, steps)) return Turn::aborted;
    }
    const bool circle = yielded != 0 && goes_in_a_circle(block, yielded);
    if (yielded != 0) block.idle_turns = circle ? block.idle_turns + 1 : 0;
    if (progress && !circle) continue;
    if (yielded != 0) return Turn::yielded;
    if (give_up_at_warp_steps(block)) continue;
    // Nobody ran: a barrier or a warp-wide operation that cannot complete.
    report_deadlock(block);
    return Turn::aborted;
  }
}

}  // namespace vgpu
