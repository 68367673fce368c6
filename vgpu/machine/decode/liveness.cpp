#include "vgpu/machine/decode/liveness.h"

#include <algorithm>

namespace vgpu {

namespace {

using ptx::Function;
using ptx::Instruction;

/// A register and the predicate under which it was set.
struct Guarded {
  int reg = 0, guard = 0;
  bool negated = false;
  bool operator==(const Guarded&) const = default;
};

/// What a basic block asks of the registers before it, and what it has surely set at its end.
struct Needs {
  std::vector<int> reads, sets;
};

class NeedsFinder {
 public:
  explicit NeedsFinder(const Function& function)
      : function_(function), read_in_(function.registers.size()), set_in_(function.registers.size()) {}

  Needs of(const BasicBlock& block) {
    ++number_;
    Needs needs;
    std::vector<Guarded> guarded;
    for (size_t i = block.first; i < block.end; ++i) {
      const Instruction& inst = function_.instructions[i];
      registers_of(inst, read_, written_);
      if (inst.opcode == "ret") {  // hands on the results that stand in registers
        for (const ptx::Variable& result : function_.results) add_registers(result, read_);
      }
      for (const int reg : read_) {
        const Guarded same{reg, inst.guard, inst.guard_negated};
        if (std::find(guarded.begin(), guarded.end(), same) != guarded.end()) continue;
        if (set_in_[static_cast<size_t>(reg)] != number_) note(reg, read_in_, needs.reads);
      }
      for (const int reg : written_) {
        if (inst.guard < 0) {
          note(reg, set_in_, needs.sets);
        } else {
          guarded.push_back({reg, inst.guard, inst.guard_negated});
        }
        // A predicate that changes no longer says what its last value has guarded.
        std::erase_if(guarded, [&](const Guarded& g) { return g.guard == reg; });
      }
    }
    return needs;
  }

 private:
  void note(int reg, std::vector<uint32_t>& in, std::vector<int>& list) {
    if (in[static_cast<size_t>(reg)] == number_) return;
    in[static_cast<size_t>(reg)] = number_;
    list.push_back(reg);
  }

  const Function& function_;
  uint32_t number_ = 0;                     // of the block, from 1
  std::vector<uint32_t> read_in_, set_in_;  // of each register: the last block that has it in its list
  std::vector<int> read_, written_;
};

}  // namespace

Liveness::Liveness(const Function& function, const std::vector<BasicBlock>& blocks)
    : number_(function.registers.size(), -1) {
  std::vector<Needs> needs;
  needs.reserve(blocks.size());
  NeedsFinder finder(function);
  for (const BasicBlock& block : blocks) needs.push_back(finder.of(block));
  for (const Needs& each : needs) {
    for (const int reg : each.reads) {
      if (number_[static_cast<size_t>(reg)] >= 0) continue;
      number_[static_cast<size_t>(reg)] = static_cast<int>(registers_.size());
      registers_.push_back(reg);
    }
  }
  const size_t words = (registers_.size() + 63) / 64;
  const auto bits = [&](const std::vector<int>& regs) {
    std::vector<uint64_t> set(words);
    for (const int reg : regs) {
      const int n = number_[static_cast<size_t>(reg)];
      if (n >= 0) set[static_cast<size_t>(n) / 64] |= uint64_t{1} << (n % 64);
    }
    return set;
  };
  std::vector<std::vector<uint64_t>> sets;
  for (const Needs& each : needs) {
    live_.push_back(bits(each.reads));
    sets.push_back(bits(each.sets));
  }
  // Needed at a block's start: what it reads, and what is needed behind it and not set in it. Backwards until nothing
  // changes.
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t b = blocks.size(); b-- > 0;) {
      for (const size_t next : blocks[b].next) {
        for (size_t w = 0; w < words; ++w) {
          const uint64_t more = live_[next][w] & ~sets[b][w] & ~live_[b][w];
          live_[b][w] |= more;
          changed = changed || more != 0;
        }
      }
    }
  }
}

std::vector<int> Liveness::at_start_of(size_t block) const {
  std::vector<int> registers;
  for (const int reg : registers_) {
    if (live(block, reg)) registers.push_back(reg);
  }
  std::sort(registers.begin(), registers.end());
  return registers;
}

uint32_t most_registers_live(const Function& function) {
  const std::vector<BasicBlock> blocks = basic_blocks(function);
  const Liveness liveness(function, blocks);
  std::vector<bool> live(function.registers.size());
  std::vector<int> read, written;
  const auto words = [&](int reg) {
    return static_cast<uint32_t>(function.registers[static_cast<size_t>(reg)].bytes + 3) / 4;
  };
  uint32_t most = 0;
  for (const BasicBlock& block : blocks) {
    std::fill(live.begin(), live.end(), false);
    uint32_t now = 0;
    const auto add = [&](int reg) {
      if (live[static_cast<size_t>(reg)]) return;
      live[static_cast<size_t>(reg)] = true;
      now += words(reg);
    };
    for (const size_t next : block.next) {
      for (const int reg : liveness.at_start_of(next)) add(reg);
    }
    most = std::max(most, now);
    for (size_t i = block.end; i-- > block.first;) {
      const Instruction& inst = function.instructions[i];
      registers_of(inst, read, written);
      for (const int reg : written) {
        if (inst.guard >= 0 || !live[static_cast<size_t>(reg)]) continue;
        live[static_cast<size_t>(reg)] = false;
        now -= words(reg);
      }
      for (const int reg : read) add(reg);
      most = std::max(most, now);
    }
  }
  return most;
}

}  // namespace vgpu
