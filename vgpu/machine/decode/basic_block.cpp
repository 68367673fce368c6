#include "vgpu/machine/decode/basic_block.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace vgpu {

namespace {

using ptx::Function;
using ptx::Instruction;
using ptx::Operand;

void collect(const Operand& operand, std::vector<int>& registers) {
  if (operand.kind == Operand::Kind::reg) registers.push_back(operand.index);
  for (const Operand& element : operand.elements) collect(element, registers);
}

/// Whether the first operand is a result. Addresses are no registers, so stores need no mention.
bool writes_first_operand(const Instruction& inst) {
  static constexpr std::string_view kNothing[] = {"bra",     "brx",       "call",     "ret",      "exit",
                                                  "trap",    "nanosleep", "prefetch", "membar",   "fence",
                                                  "discard", "red",       "st",       "stmatrix", "prefetchu"};
  if (std::find(std::begin(kNothing), std::end(kNothing), inst.opcode) != std::end(kNothing)) return false;
  if (inst.opcode == "bar" || inst.opcode == "barrier") return inst.has("red");
  return true;
}

/// Whether nothing behind it in the text runs after it.
bool ends_flow(const Instruction& inst) {
  return inst.guard < 0 && (inst.opcode == "bra" || inst.opcode == "ret" || inst.opcode == "exit" ||
                            inst.opcode == "trap" || inst.opcode == "brx");
}

bool branches(const Instruction& inst) { return inst.opcode == "bra" || inst.opcode == "brx"; }

}  // namespace

void registers_of(const Instruction& inst, std::vector<int>& read, std::vector<int>& written) {
  read.clear();
  written.clear();
  if (inst.guard >= 0) read.push_back(inst.guard);
  for (size_t i = 0; i < inst.operands.size(); ++i) {
    const Operand& operand = inst.operands[i];
    const bool is_register = operand.kind == Operand::Kind::reg || operand.kind == Operand::Kind::vector;
    // call (results), f, (arguments): the results come first, and something follows them.
    const bool results = inst.opcode == "call" && operand.kind == Operand::Kind::tuple && inst.operands.size() > 1;
    const bool writes = i == 0 && (results || (is_register && writes_first_operand(inst)));
    collect(operand, writes ? written : read);
  }
}

void add_registers(const ptx::Variable& variable, std::vector<int>& list) {
  if (variable.reg < 0) return;
  for (uint64_t i = 0; i < variable.bytes / variable.element_bytes; ++i)
    list.push_back(variable.reg + static_cast<int>(i));
}

std::vector<BasicBlock> basic_blocks(const Function& function) {
  const std::vector<Instruction>& code = function.instructions;
  if (code.empty()) return {};
  std::vector<bool> starts(code.size() + 1);
  starts[0] = true;
  const auto each_target = [&](const Instruction& inst, auto f) {
    for (const Operand& operand : inst.operands) {
      if (operand.kind == Operand::Kind::label) f(static_cast<size_t>(operand.value));
      if (inst.opcode != "brx" || operand.kind != Operand::Kind::name) continue;
      for (const ptx::BranchTargets& list : function.branch_targets) {
        if (list.name != operand.name) continue;
        for (const int target : list.targets) f(static_cast<size_t>(target));
      }
    }
  };
  for (size_t i = 0; i < code.size(); ++i) {
    if (branches(code[i])) each_target(code[i], [&](size_t target) { starts[target] = true; });
    if (branches(code[i]) || ends_flow(code[i])) starts[i + 1] = true;
  }
  std::vector<BasicBlock> blocks;
  std::vector<size_t> block_of(code.size() + 1, code.size());
  for (size_t i = 0; i < code.size(); ++i) {
    if (starts[i]) blocks.push_back({i, i, {}});
    blocks.back().end = i + 1;
    if (starts[i]) block_of[i] = blocks.size() - 1;
  }
  for (size_t b = 0; b < blocks.size(); ++b) {
    const Instruction& last = code[blocks[b].end - 1];
    if (branches(last)) {
      each_target(last, [&](size_t target) {
        if (target < code.size()) blocks[b].next.push_back(block_of[target]);
      });
    }
    if (!ends_flow(last) && b + 1 < blocks.size()) blocks[b].next.push_back(b + 1);
  }
  return blocks;
}

}  // namespace vgpu
