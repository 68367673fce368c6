#include "vgpu/machine/decode/merge.h"

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/decode/known_address.h"

namespace vgpu {

namespace {

using ptx::Instruction;
using ptx::Operand;

/// One instruction that may merge.
struct Access {
  int index = 0;
  uint32_t bytes = 0;
  bool store = false;
  int guard = -1;
  bool guard_negated = false;
  KnownAddress address;
};

/// Of which accesses may merge: the same register, as it was, under the same condition.
auto family(const Access& a) {
  return std::tuple(a.store, a.guard, a.guard_negated, a.address.root, a.address.version, a.address.variable);
}

enum class Effect : uint8_t { none, load, plain_load, plain_store, fence };

/// What an instruction means to accesses of shared memory before and after it. `plain_`: it may merge itself.
Effect effect_of(const Instruction& inst) {
  const std::string& op = inst.opcode;
  if (op == "bar" || op == "barrier" || op == "membar" || op == "fence" || op == "call" || op == "cp")
    return Effect::fence;
  const bool load = op == "ld" || op == "ldu";
  const bool store = op == "st";
  const bool elsewhere = inst.has("global") || inst.has("local") || inst.has("const") || inst.has("param") ||
                         inst.has("param::entry") || inst.has("param::func");
  if (op == "atom" || op == "red") return elsewhere ? Effect::none : Effect::fence;
  if (op == "ldmatrix") return Effect::load;
  if (op == "stmatrix") return Effect::fence;
  if (op == "wmma" && !inst.modifiers.empty() && inst.modifiers[0] != "mma") return Effect::fence;
  if ((!load && !store) || elsewhere) return Effect::none;
  if (std::any_of(inst.modifiers.begin(), inst.modifiers.end(), talks_between_blocks)) return Effect::fence;
  if (!inst.has("shared") && !inst.has("shared::cta")) return load ? Effect::load : Effect::fence;
  return load ? Effect::plain_load : Effect::plain_store;
}

uint32_t bytes_of(const Instruction& inst) {
  uint32_t bytes = 0, elements = 1;
  for (const std::string& m : inst.modifiers) {
    if (m == "v2") elements = 2;
    if (m == "v4") elements = 4;
    if (const int type = bytes_of_type(m); type != 0) bytes = static_cast<uint32_t>(type);
  }
  return bytes < 4 ? 0 : bytes * elements;
}

int64_t floor_to(int64_t value, int64_t unit) { return value - (value % unit + unit) % unit; }

/// Decides for accesses of one family, in the order they are executed.
void decide(const std::vector<Access>& accesses, std::vector<Merge>& merges) {
  const Access& any = accesses.front();
  const int64_t window = int64_t{1} << std::min(any.address.zeros, kMostZeros);
  if (window < 8) return;
  std::set<int> done;
  for (const Access& first : accesses) {
    if (done.count(first.index) != 0) continue;
    // Everything of its window that comes later, as long as no word comes twice.
    const int64_t start = floor_to(first.address.offset, window);
    std::vector<const Access*> members;
    uint32_t words = 0;
    for (const Access& each : accesses) {
      const int64_t at = each.address.offset - start;
      if (each.index < first.index || at < 0 || at + each.bytes > window || done.count(each.index) != 0) continue;
      const uint32_t mine = ((1u << each.bytes / 4) - 1) << at / 4;
      if ((words & mine) != 0) continue;
      words |= mine;
      members.push_back(&each);
    }
    const auto merge = [&](int64_t from, uint32_t bytes) {
      const Access* leader = nullptr;
      for (const Access* each : members) {
        const int64_t at = each->address.offset - start;
        if (at < from || at >= from + bytes) continue;
        done.insert(each->index);
        if (leader == nullptr) {
          leader = each;
          merges[static_cast<size_t>(each->index)] = {static_cast<uint8_t>(bytes), static_cast<uint8_t>(at - from),
                                                      false};
        } else {
          merges[static_cast<size_t>(each->index)].away = true;
        }
      }
    };
    const int count = std::popcount(words);
    if (members.size() > 1 && window == 16 && (count == 4 || (count == 3 && !any.store))) {
      merge(0, 16);
      continue;
    }
    for (int64_t half = 0; half < window; half += 8) {
      const auto in_half = std::count_if(members.begin(), members.end(), [&](const Access* each) {
        return each->address.offset - start >= half && each->address.offset - start < half + 8;
      });
      if (in_half == 2 && (words >> half / 4 & 3) == 3) merge(half, 8);
    }
    done.insert(first.index);
  }
}

/// More are not kept in mind at once: far beyond what a compiler's unrolled loop holds.
constexpr size_t kMostOpen = 1024;

class Merger {
 public:
  Merger(const ptx::Module& module, const ptx::Function& function)
      : function_(function), known_(module, function), merges_(function.instructions.size()) {}

  std::vector<Merge> run() {
    const std::set<int> starts = block_starts();
    for (size_t i = 0; i < function_.instructions.size(); ++i) {
      const int index = static_cast<int>(i);
      const Instruction& inst = function_.instructions[i];
      if (starts.count(index) != 0) {
        finish([](const Access&) { return true; });
        known_.start_block();
      }
      look_at(inst, index);
      known_.step(index);
      // A condition that is computed anew is another one.
      for (const int reg : written_registers(inst)) {
        if (guards_.erase(reg) != 0) finish([&](const Access& a) { return a.guard == reg; });
      }
    }
    finish([](const Access&) { return true; });
    return std::move(merges_);
  }

 private:
  std::set<int> block_starts() const {
    std::set<int> starts;
    for (size_t i = 0; i < function_.instructions.size(); ++i) {
      const Instruction& inst = function_.instructions[i];
      for (const Operand& operand : inst.operands) {
        if (operand.kind == Operand::Kind::label) starts.insert(static_cast<int>(operand.value));
      }
      if (inst.opcode == "bra" || inst.opcode == "brx" || inst.opcode == "ret" || inst.opcode == "exit")
        starts.insert(static_cast<int>(i) + 1);
    }
    for (const ptx::BranchTargets& list : function_.branch_targets)
      starts.insert(list.targets.begin(), list.targets.end());
    return starts;
  }

  void look_at(const Instruction& inst, int index) {
    const Effect effect = effect_of(inst);
    Access access;
    if (effect == Effect::plain_load || effect == Effect::plain_store) {
      access = {index, bytes_of(inst), effect == Effect::plain_store, inst.guard, inst.guard_negated, {}};
      const size_t at = access.store ? 0 : 1;
      if (inst.operands.size() > at) access.address = known_.of(inst.operands[at]);
    }
    switch (effect) {
      case Effect::none:
        return;
      case Effect::fence:
        return finish([](const Access&) { return true; });
      case Effect::load:
      case Effect::plain_load:
        finish([](const Access& a) { return a.store; });
        break;
      case Effect::plain_store:
        finish([&](const Access& a) {
          if (a.store) return family(a) != family(access);
          const int mine = access.address.variable, other = a.address.variable;
          return mine < 0 || other < 0 || mine == other;
        });
        break;
    }
    if (access.bytes == 0) return;
    if (open_.size() == kMostOpen) finish([](const Access&) { return true; });
    open_.push_back(access);
    if (access.guard >= 0) guards_.insert(access.guard);
  }

  /// Nothing more can join these.
  template <class F>
  void finish(F ends) {
    if (std::none_of(open_.begin(), open_.end(), ends)) return;
    std::vector<Access> left, ended;
    for (const Access& each : open_) (ends(each) ? ended : left).push_back(each);
    open_ = std::move(left);
    while (!ended.empty()) {
      std::vector<Access> one, others;
      for (const Access& each : ended) (family(each) == family(ended.front()) ? one : others).push_back(each);
      decide(one, merges_);
      ended = std::move(others);
    }
  }

  const ptx::Function& function_;
  KnownAddresses known_;
  std::vector<Access> open_;
  std::set<int> guards_;  // of open ones, and perhaps of some before
  std::vector<Merge> merges_;
};

}  // namespace

std::vector<Merge> merge_shared_accesses(const ptx::Module& module, const ptx::Function& function) {
  const bool any = std::any_of(function.instructions.begin(), function.instructions.end(), [](const Instruction& inst) {
    const Effect effect = effect_of(inst);
    return effect == Effect::plain_load || effect == Effect::plain_store;
  });
  return any ? Merger(module, function).run() : std::vector<Merge>(function.instructions.size());
}

}  // namespace vgpu
