#include "vgpu/machine/scheduling/deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "vgpu/machine/findings/threads_text.h"
#include "vgpu/machine/scheduling/control_flow.h"

namespace vgpu {

namespace {

using State = Group::State;

const char* const kInsideBranch =
    "is the barrier inside an if or a loop that threads go through differently? Every thread of the block must come to "
    "every __syncthreads(), equally often";

const Inst& inst_of(const Warp& warp, const Group& group) { return warp.launch->program.code[group.pc]; }

ControlFlow& paths_of(Block& block) {
  if (!block.paths) block.paths = std::make_unique<ControlFlow>(block.launch->program);
  return *block.paths;
}

std::string_view barrier_name(const BarrierInfo& info) {
  switch (info.kind) {
    case BarrierKind::red_popc:
      return "__syncthreads_count()";
    case BarrierKind::red_and:
      return "__syncthreads_and()";
    case BarrierKind::red_or:
      return "__syncthreads_or()";
    default:
      return "__syncthreads()";
  }
}

std::string_view collective_name(CollectiveOp op) {
  if (op <= CollectiveOp::shfl_idx) return "shuffle";
  if (op <= CollectiveOp::vote_ballot) return "vote";
  if (op <= CollectiveOp::match_all) return "match";
  if (op == CollectiveOp::sync) return "__syncwarp()";
  return op == CollectiveOp::elect ? "election" : "reduction of the warp";
}

std::string of_line(const Warp& warp, const Group& group) {
  const int line = place_of(warp.launch->program, group.pc).line;
  return line > 0 ? fmt::format(" of line {}", line) : "";
}

std::string threads_in(const Warp& warp, uint32_t lanes) {
  return threads_text(warp.launch->block, {{warp.index, lanes}});
}

/// "thread 5 is", "threads 5 to 9 are": threads as threads_text() gives them, with what they do.
std::string with_verb(const std::string& threads, std::string_view of_one, std::string_view of_several) {
  return fmt::format("{} {}", threads, threads.starts_with("thread ") ? of_one : of_several);
}

void end_launch(Warp& warp, const Group& group, uint32_t lanes, std::string text, std::string cause) {
  Incident incident;
  incident.kind = Finding::Kind::barrier;
  incident.pc = group.pc;
  incident.block = warp.block->index;
  incident.thread = warp.thread_of(std::countr_zero(lanes));
  incident.threads = static_cast<uint64_t>(std::popcount(lanes));
  incident.of_many = true;
  incident.text = std::move(text);
  incident.cause = std::move(cause);
  warp.launch->report.add(incident);
  warp.launch->abort = true;
}

/// "they are at the __syncthreads() of line 12", of those that are not with `group`.
std::string where_they_are(const Warp& warp, const Group& group, const Group& they) {
  const bool same_line = of_line(warp, group) == of_line(warp, they);
  switch (they.state) {
    case State::at_barrier:
    case State::gathering:
      return same_line ? "they are at another one of that line, or in another round of its loop"
                       : fmt::format("they are at {}", barrier_text(warp, they));
    case State::ready:
      return same_line ? "they have gone past it"
                       : fmt::format("they have gone on to{}", of_line(warp, they).substr(3));
    default:
      return fmt::format("they wait at {}", barrier_text(warp, they));
  }
}

/// Lanes wait at a warp-wide operation for others that cannot come.
void report_absent(Warp& warp, const Group& group) {
  const uint32_t absent = group.waits_for & ~group.mask;
  std::string where;
  for (const Group& other : warp.groups) {
    if (&other == &group || (other.mask & absent) == 0) continue;
    where = ": " + where_they_are(warp, group, other);
    break;
  }
  end_launch(warp, group, group.mask,
             fmt::format("{} wait at {} for ever: its member mask {:#010x} names {} too, which do not come to it{}",
                         threads_in(warp, group.mask), barrier_text(warp, group), group.waits_for,
                         threads_in(warp, absent), where),
             "the mask must name exactly the lanes that execute the instruction: is it inside an if or a loop that not "
             "all of them go through?");
}

/// Of two groups that wait, the one that the other has passed by is where it went wrong; else the one that comes first.
const Group* to_blame(Warp& warp) {
  ControlFlow& paths = paths_of(*warp.block);
  const Group* first = nullptr;
  const Group* passed = nullptr;
  for (const Group& group : warp.groups) {
    if (group.state == State::ready || group.state == State::at_warp_step) continue;
    if (first == nullptr || group.pc < first->pc) first = &group;
    const bool passed_by = std::any_of(warp.groups.begin(), warp.groups.end(), [&](const Group& other) {
      return &other != &group && paths.passing(group, other) != Passing::before;
    });
    if (passed_by && (passed == nullptr || group.pc < passed->pc)) passed = &group;
  }
  return passed != nullptr ? passed : first;
}

void report_blamed(Warp& warp) {
  const Group& group = *to_blame(warp);
  if (group.state == State::at_collective) {
    report_absent(warp, group);
  } else {
    report_apart(warp, group);
  }
}

/// All that wait at one instruction for a barrier that will not be complete.
void report_waiting(Block& block, Warp& warp, const Group& group) {
  const Barrier& barrier = block.barriers[group.waits_for];
  ThreadSet here, elsewhere, returned;
  const Group* other = nullptr;
  Warp* other_warp = nullptr;
  for (Warp& each : block.warps) {
    uint32_t waiting = 0, apart = 0;
    for (const Group& g : each.groups) {
      const bool together = g.state == State::at_barrier && g.waits_for == group.waits_for;
      if (together && g.pc == group.pc) waiting |= g.mask;
      if (together) continue;
      apart |= g.mask;
      if (other == nullptr) other = &g, other_warp = &each;
    }
    if (waiting != 0) here.emplace_back(each.index, waiting);
    if (apart != 0) elsewhere.emplace_back(each.index, apart);
    if (const uint32_t gone = each.existing() & ~each.live; gone != 0) returned.emplace_back(each.index, gone);
  }
  const Dim3& size = block.launch->block;
  std::string text = fmt::format("{} at {} for ever: {} of {} threads have come to it",
                                 with_verb(threads_text(size, here), "waits", "wait"), barrier_text(warp, group),
                                 barrier.arrived, barrier.expected != 0 ? barrier.expected : block.live);
  if (other != nullptr)
    text += fmt::format("; {} elsewhere, the first at {}", with_verb(threads_text(size, elsewhere), "is", "are"),
                        barrier_text(*other_warp, *other));
  if (!returned.empty()) text += fmt::format("; {} returned", with_verb(threads_text(size, returned), "has", "have"));
  end_launch(warp, group, group.mask, text,
             barrier.expected == 0 ? kInsideBranch
             : other != nullptr    ? "does every thread that its count names come to it, equally often?"
             : !returned.empty()   ? "its count must leave out the threads that have returned"
                                   : "its count must be the number of threads that come to it");
}

}  // namespace

std::string barrier_text(const Warp& warp, const Group& group) {
  const Inst& inst = inst_of(warp, group);
  std::string name = "the instruction";
  if (inst.code == Code::barrier) {
    const auto& info = *static_cast<const BarrierInfo*>(inst.info);
    const uint32_t id = lane_of(warp.file + group.frame, info.id, std::countr_zero(group.mask));
    name = id == 0 && info.count == kNone ? fmt::format("the {}", barrier_name(info)) : fmt::format("barrier {}", id);
  } else if (inst.code == Code::collective) {
    name = fmt::format("the {}", collective_name(static_cast<const CollectiveInfo*>(inst.info)->op));
  }
  return name + of_line(warp, group);
}

void report_apart(Warp& warp, const Group& waiting) {
  uint32_t here = 0;
  const Group* elsewhere = nullptr;
  for (const Group& group : warp.groups) {
    if (group.pc == waiting.pc && group.state == waiting.state) {
      here |= group.mask;
    } else if (elsewhere == nullptr || group.passed_by == waiting.pc) {
      elsewhere = &group;
    }
  }
  end_launch(warp, waiting, here,
             fmt::format("{} at {}, {} not{}: all or none must reach it",
                         with_verb(threads_in(warp, here), "of a warp is", "of a warp are"),
                         barrier_text(warp, waiting), with_verb(threads_in(warp, warp.live & ~here), "is", "are"),
                         elsewhere != nullptr ? fmt::format(" ({})", where_they_are(warp, waiting, *elsewhere)) : ""),
             kInsideBranch);
}

void report_two_barriers(Warp& warp, const Group& group, uint32_t other_pc) {
  ThreadSet there;
  const Group* other = nullptr;
  Warp* other_warp = nullptr;
  for (Warp& each : warp.block->warps) {
    for (const Group& g : each.groups) {
      if (g.state != State::at_barrier || g.pc != other_pc) continue;
      there.emplace_back(each.index, g.mask);
      if (other == nullptr) other = &g, other_warp = &each;
    }
  }
  if (other == nullptr) return;
  ThreadSet here = {{warp.index, group.mask}};
  ControlFlow& paths = paths_of(*warp.block);
  const bool passed = paths.passing(*other, group) != Passing::before;
  const bool passed_here = paths.passing(group, *other) != Passing::before;
  const bool other_first = passed != passed_here ? passed : other_pc < group.pc;
  const Group& first = other_first ? *other : group;
  const Group& second = other_first ? group : *other;
  Warp& first_warp = other_first ? *other_warp : warp;
  const std::string text =
      fmt::format("{} at {}, {} not ({}): all threads of a block must come to the same one",
                  with_verb(threads_text(warp.launch->block, other_first ? there : here), "is", "are"),
                  barrier_text(first_warp, first),
                  with_verb(threads_text(warp.launch->block, other_first ? here : there), "is", "are"),
                  where_they_are(warp, first, second));
  end_launch(first_warp, first, first.mask, text, kInsideBranch);
}

bool report_stuck(Warp& warp) {
  if (warp.gathering == 0) return false;
  // Other warps may release a barrier that counts threads; who waits at a warp step is made to go on alone.
  const bool may_go_on = std::any_of(warp.groups.begin(), warp.groups.end(), [](const Group& group) {
    return group.state != State::gathering && group.state != State::at_collective;
  });
  if (may_go_on) return false;
  report_blamed(warp);
  return true;
}

void report_deadlock(Block& block) {
  block.launch->abort = true;
  bool within_warps = false;
  for (Warp& warp : block.warps) {
    bool collective = false, barrier = false;
    for (const Group& group : warp.groups) {
      collective = collective || group.state == State::at_collective;
      barrier = barrier || group.state == State::at_barrier || group.state == State::gathering;
    }
    if (!collective && warp.gathering == 0) continue;
    within_warps = true;
    if (barrier) {
      report_blamed(warp);
      continue;
    }
    for (const Group& group : warp.groups) {
      if (group.state == State::at_collective) report_absent(warp, group);
    }
  }
  if (within_warps) return;  // the other warps wait for want of these
  for (Warp& warp : block.warps) {
    for (const Group& group : warp.groups) {
      if (group.state == State::at_barrier) report_waiting(block, warp, group);
    }
  }
}

}  // namespace vgpu
