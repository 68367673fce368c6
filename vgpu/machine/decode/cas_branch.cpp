#include "vgpu/machine/decode/cas_branch.h"

#include <algorithm>
#include <cstdint>

#include "vgpu/machine/decode/basic_block.h"
#include "vgpu/machine/decode/liveness.h"

namespace vgpu {

namespace {

using ptx::Function;
using ptx::Instruction;

constexpr size_t kNowhere = ~size_t{0};
constexpr size_t kMostInstructions = 4096;  // between a branch and where its ways meet

/// A compare-and-swap, or an atomic that may be left out where its place is far enough already.
bool is_swap(const Instruction& inst) {
  if (inst.opcode != "atom" && inst.opcode != "red") return false;
  return inst.has("cas") || inst.has("min") || inst.has("max") || inst.has("and") || inst.has("or");
}

/// Whether it does nothing but set registers.
bool only_sets_registers(const Instruction& inst) {
  static const char* const others[] = {"st",   "red",      "atom",     "call",      "bar",        "barrier", "ret",
                                       "exit", "trap",     "shfl",     "vote",      "match",      "redux",   "cp",
                                       "mma",  "wmma",     "ldmatrix", "stmatrix",  "elect",      "membar",  "fence",
                                       "brx",  "mbarrier", "brkpt",    "nanosleep", "activemask", "prefetch"};
  return std::find(std::begin(others), std::end(others), inst.opcode) == std::end(others);
}

bool copies_register(const Instruction& inst) {
  return inst.opcode == "mov" && inst.operands.size() == 2 && inst.operands[1].kind == ptx::Operand::Kind::reg;
}

/// Of each block: the first block that every way from it to the function's end comes through, kNowhere: none. (Cooper,
/// Harvey and Kennedy, "A Simple, Fast Dominance Algorithm", on the graph turned round.)
std::vector<size_t> meeting_blocks(const std::vector<BasicBlock>& blocks) {
  const size_t end = blocks.size();  // stands for the function's end
  std::vector<std::vector<size_t>> before(end + 1);
  for (size_t b = 0; b < end; ++b) {
    for (const size_t next : blocks[b].next) before[next].push_back(b);
    if (blocks[b].next.empty()) before[end].push_back(b);
  }
  // Numbers such that a block's are higher than those of what comes before it on the turned graph's way.
  std::vector<size_t> order(end + 1, kNowhere), by_order;
  std::vector<std::pair<size_t, size_t>> stack{{end, 0}};
  std::vector<bool> seen(end + 1);
  seen[end] = true;
  while (!stack.empty()) {
    auto& [block, at] = stack.back();
    if (at < before[block].size()) {
      const size_t next = before[block][at++];
      if (!seen[next]) {
        seen[next] = true;
        stack.emplace_back(next, 0);
      }
      continue;
    }
    order[block] = by_order.size();
    by_order.push_back(block);
    stack.pop_back();
  }
  std::vector<size_t> meets(end + 1, kNowhere);
  meets[end] = end;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = by_order.size(); i-- > 0;) {
      const size_t block = by_order[i];
      if (block == end) continue;
      size_t found = kNowhere;
      const auto meet = [&](size_t next) {
        if (meets[next] == kNowhere) return;
        if (found == kNowhere) {
          found = next;
          return;
        }
        size_t a = found, b = next;
        while (a != b) {
          while (order[a] < order[b]) a = meets[a];
          while (order[b] < order[a]) b = meets[b];
        }
        found = a;
      };
      for (const size_t next : blocks[block].next) meet(next);
      if (blocks[block].next.empty()) meet(end);
      changed = changed || found != meets[block];
      meets[block] = found;
    }
  }
  return meets;
}

}  // namespace

std::vector<CasBranch> branches_around_cas(const Function& function) {
  std::vector<CasBranch> found;
  const std::vector<Instruction>& code = function.instructions;
  if (std::none_of(code.begin(), code.end(), is_swap)) return found;
  const std::vector<BasicBlock> blocks = basic_blocks(function);
  const std::vector<size_t> meets = meeting_blocks(blocks);
  const Liveness liveness(function, blocks);
  std::vector<int> read, written;
  for (size_t b = 0; b < blocks.size(); ++b) {
    const size_t last = blocks[b].end - 1;
    if (code[last].opcode != "bra" || code[last].guard < 0 || meets[b] == kNowhere) continue;
    CasBranch branch{last, {}};
    std::vector<bool> inside(blocks.size() + 1);
    std::vector<size_t> todo(blocks[b].next);
    bool good = true;
    size_t instructions = 0;
    while (good && !todo.empty()) {
      const size_t at = todo.back();
      todo.pop_back();
      if (at == meets[b] || inside[at]) continue;
      inside[at] = true;
      instructions += blocks[at].end - blocks[at].first;
      good = instructions <= kMostInstructions;
      for (size_t i = blocks[at].first; good && i < blocks[at].end; ++i) {
        if (is_swap(code[i])) branch.swaps.push_back(i);
        good = is_swap(code[i]) || only_sets_registers(code[i]);
        if (is_swap(code[i]) || copies_register(code[i]) || meets[b] == blocks.size()) continue;
        registers_of(code[i], read, written);
        for (const int reg : written) good = good && !liveness.live(meets[b], reg);
      }
      todo.insert(todo.end(), blocks[at].next.begin(), blocks[at].next.end());
    }
    if (good && !branch.swaps.empty()) found.push_back(std::move(branch));
  }
  return found;
}

}  // namespace vgpu
