#include "vgpu/machine/scheduling/control_flow.h"

#include <algorithm>
#include <vector>

namespace vgpu {

namespace {

constexpr int kMostJumps = 64;  // branches to branches; more are a loop

/// Whether control may go on behind an instruction.
bool falls_through(const Inst& inst) {
  switch (inst.code) {
    case Code::branch:
    case Code::branch_index:
    case Code::ret:
    case Code::exit:
    case Code::trap:
      return inst.guard != kNone;
    default:
      return true;
  }
}

bool ends(const Inst& inst) { return inst.code == Code::ret || inst.code == Code::exit || inst.code == Code::trap; }

}  // namespace

/// Whether an instruction that `wanted` likes can be executed by a thread that comes to `from`, on a way without
/// `without`.
template <class Wanted>
bool ControlFlow::search(uint32_t function, uint32_t from, uint32_t without, Wanted wanted) const {
  const FunctionCode& code = program_.functions[function];
  if (from < code.first || from >= code.end) return false;
  std::vector<bool> seen(code.end - code.first);
  std::vector<uint32_t> left;
  const auto visit = [&](uint32_t pc) {
    if (pc < code.first || pc >= code.end || pc == without || seen[pc - code.first]) return;
    seen[pc - code.first] = true;
    left.push_back(pc);
  };
  visit(from);
  while (!left.empty()) {
    const uint32_t pc = left.back();
    left.pop_back();
    if (wanted(pc)) return true;
    const Inst& inst = program_.code[pc];
    if (inst.code == Code::branch) visit(inst.target);
    if (inst.code == Code::branch_index) {
      for (const uint32_t target : static_cast<const BranchTable*>(inst.info)->targets) visit(target);
    }
    if (falls_through(inst)) visit(pc + 1);
  }
  return false;
}

bool ControlFlow::reaches(uint32_t function, uint32_t from, uint32_t to) const {
  return search(function, from, kNone, [&](uint32_t pc) { return pc == to; });
}

bool ControlFlow::ends_without(uint32_t function, uint32_t from, uint32_t without) const {
  return search(function, from, without, [&](uint32_t pc) { return ends(program_.code[pc]); });
}

Passing ControlFlow::passing(const Group& waiting, const Group& other) {
  const size_t most = std::min(waiting.returns.size(), other.returns.size());
  size_t depth = 0;
  while (depth < most && waiting.returns[depth] == other.returns[depth]) ++depth;
  const auto place_at = [&](const Group& group) {
    return depth < group.returns.size() ? std::pair(group.returns[depth].function, group.returns[depth].pc)
                                        : std::pair(group.function, group.pc);
  };
  const auto [function, barrier] = place_at(waiting);
  const auto [other_function, place] = place_at(other);
  if (function != other_function) return Passing::before;  // not of one call: nothing is known
  const auto [known, is_new] = known_.try_emplace({barrier, place}, Passing::before);
  if (!is_new) return known->second;
  const uint32_t after = barrier + 1;
  if (place != barrier && reaches(function, after, place)) {
    if (!reaches(function, place, barrier)) {
      known->second = Passing::beyond;
    } else if (ends_without(function, after, kNone) && !ends_without(function, after, place)) {
      known->second = Passing::by;
    }
  }
  return known->second;
}

bool ControlFlow::leads_out(const Group& group) const {
  uint32_t pc = group.pc;
  size_t depth = group.returns.size();
  for (int jumps = 0; jumps < kMostJumps; ++jumps) {
    const Inst& inst = program_.code[pc];
    if (inst.guard != kNone) return false;
    if (inst.code == Code::exit) return true;
    if (inst.code == Code::branch) {
      pc = inst.target;
    } else if (inst.code == Code::ret) {
      if (depth == 0) return true;
      pc = group.returns[--depth].pc + 1;
    } else {
      return false;
    }
  }
  return false;
}

}  // namespace vgpu
