#include "vgpu/machine/decode/known_address.h"

#include <algorithm>
#include <bit>

namespace vgpu {

namespace {

using ptx::Instruction;
using ptx::Operand;

int zeros_of(int64_t value) {
  return value == 0 ? kMostZeros : std::min(kMostZeros, std::countr_zero(static_cast<uint64_t>(value)));
}

/// Of integers or plain bits, by its last type.
bool is_integer(const Instruction& inst) {
  if (inst.modifiers.empty()) return false;
  const std::string& type = inst.modifiers.back();
  return type.size() >= 2 && (type[0] == 's' || type[0] == 'u' || type[0] == 'b') && type[1] >= '0' && type[1] <= '9';
}

bool is_register(const Operand& operand) { return operand.kind == Operand::Kind::reg && !operand.negated; }

void collect_registers(const Operand& operand, std::vector<int>& registers) {
  if (operand.kind == Operand::Kind::reg) registers.push_back(operand.index);
  if (operand.kind != Operand::Kind::vector && operand.kind != Operand::Kind::tuple) return;
  for (const Operand& element : operand.elements) collect_registers(element, registers);
}

int meet(int a, int b) { return a == b ? a : kAnyVariable; }
/// Of a sum: a pointer plus a number points where the pointer did.
int join(int a, int b) { return a == kNoVariable ? b : b == kNoVariable ? a : kAnyVariable; }

}  // namespace

std::vector<int> written_registers(const Instruction& inst) {
  std::vector<int> registers;
  if (!inst.operands.empty()) collect_registers(inst.operands[0], registers);
  return registers;
}

KnownAddresses::KnownAddresses(const ptx::Module& module, const ptx::Function& function)
    : module_(module), function_(function), facts_(function.registers.size()), writers_(function.registers.size()) {
  lay_out_shared();
  for (size_t i = 0; i < function.instructions.size(); ++i) {
    for (const int reg : written_registers(function.instructions[i])) {
      writers_[static_cast<size_t>(reg)].push_back(static_cast<int>(i));
    }
  }
  find_facts();
  find_inductions();
}

// One after the other as they are declared, like ptxas; dynamic memory comes last, at a multiple of 16.
void KnownAddresses::lay_out_shared() {
  int64_t end = 0;
  const auto place = [&](bool in_module, const std::vector<ptx::Variable>& variables) {
    for (size_t i = 0; i < variables.size(); ++i) {
      const ptx::Variable& variable = variables[i];
      if (variable.space != ptx::Space::shared) continue;
      const int64_t alignment = std::max<int64_t>(variable.alignment, 1);
      if (!variable.external) end = (end + alignment - 1) / alignment * alignment;
      shared_[{in_module, static_cast<int>(i)}] = {static_cast<int>(shared_.size()), variable.external ? 0 : end};
      if (!variable.external) end += static_cast<int64_t>(variable.bytes);
    }
  };
  place(true, module_.variables);
  place(false, function_.variables);
}

std::optional<KnownAddresses::Sum> KnownAddresses::term_of(const Operand& operand) const {
  switch (operand.kind) {
    case Operand::Kind::reg:
      if (operand.negated) return std::nullopt;
      return Sum{operand.index, 0, kNoVariable};
    case Operand::Kind::integer:
      return Sum{-1, operand.value, kNoVariable};
    case Operand::Kind::variable: {
      const auto found = shared_.find({operand.scope == Operand::Scope::module, operand.index});
      if (found == shared_.end()) return std::nullopt;
      return Sum{-1, found->second.second + operand.value, found->second.first};
    }
    default:
      return std::nullopt;
  }
}

/// What an instruction writes, where that is a register and a constant.
std::optional<KnownAddresses::Sum> KnownAddresses::sum_of(const Instruction& inst) const {
  if (inst.guard >= 0 || inst.operands.size() < 2 || !is_integer(inst)) return std::nullopt;
  const std::optional<Sum> a = term_of(inst.operands[1]);
  if (!a) return std::nullopt;
  // A shared address is the same number as 32 and as 64 bits.
  if (inst.opcode == "mov" || inst.opcode == "cvta" || (inst.opcode == "cvt" && !inst.has("sat"))) return a;
  const bool sub = inst.opcode == "sub";
  if ((inst.opcode != "add" && !sub && inst.opcode != "or") || inst.operands.size() < 3 || inst.has("cc"))
    return std::nullopt;
  const std::optional<Sum> b = term_of(inst.operands[2]);
  if (!b || (a->reg >= 0 && b->reg >= 0) || (sub && (b->reg >= 0 || b->variable != kNoVariable))) return std::nullopt;
  if (inst.opcode == "or") {
    // An addition where the constant's bits are zeros of the other side.
    const Sum& constant = a->reg < 0 ? *a : *b;
    const Fact other = fact_of(inst.operands[a->reg < 0 ? 2 : 1]);
    if (constant.constant < 0 || constant.constant >= int64_t{1} << other.zeros) return std::nullopt;
  }
  return Sum{std::max(a->reg, b->reg), sub ? a->constant - b->constant : a->constant + b->constant,
             join(a->variable, b->variable)};
}

KnownAddresses::Fact KnownAddresses::fact_of(const Operand& operand) const {
  if (is_register(operand)) return facts_[static_cast<size_t>(operand.index)];
  const std::optional<Sum> constant = term_of(operand);
  if (!constant || constant->reg >= 0) return {0, kNoVariable};
  return {zeros_of(constant->constant), constant->variable};
}

KnownAddresses::Fact KnownAddresses::result_of(const Instruction& inst) const {
  const auto& in = inst.operands;
  const Fact unknown{0, kNoVariable};
  if (!is_integer(inst) || in.size() < 2) return unknown;
  const Fact a = fact_of(in[1]);
  if (inst.opcode == "mov" || inst.opcode == "cvta" || inst.opcode == "cvt") return a;
  if (in.size() < 3) return unknown;
  const Fact b = fact_of(in[2]);
  const int least = std::min(a.zeros, b.zeros);
  const std::optional<Sum> constant = term_of(in[2]);
  const bool by_constant = constant && constant->reg < 0;
  if (inst.opcode == "add" || inst.opcode == "sub" || inst.opcode == "or" || inst.opcode == "xor")
    return {least, join(a.variable, b.variable)};
  if (inst.opcode == "and") return {std::max(a.zeros, b.zeros), a.variable};
  if (inst.opcode == "min" || inst.opcode == "max") return {least, meet(a.variable, b.variable)};
  if (inst.opcode == "selp") return {least, meet(a.variable, b.variable)};
  if (inst.opcode == "shl") {
    const int64_t by = by_constant ? std::clamp<int64_t>(constant->constant, 0, kMostZeros) : 0;
    return {std::min(kMostZeros, a.zeros + static_cast<int>(by)), kNoVariable};
  }
  if (inst.opcode == "mul" && !inst.has("hi")) return {std::min(kMostZeros, a.zeros + b.zeros), kNoVariable};
  if (inst.opcode == "mad" && !inst.has("hi") && in.size() >= 4) {
    const Fact c = fact_of(in[3]);
    return {std::min(c.zeros, a.zeros + b.zeros), c.variable};
  }
  return unknown;
}

// From "all bits zero, nothing known to point anywhere" downwards, until no instruction says otherwise. Compilers write
// code in an order that takes a few rounds; of what takes many, nothing is known.
void KnownAddresses::find_facts() {
  constexpr int kMostRounds = 50;
  std::vector<bool> reached(facts_.size());
  bool changed = true;
  for (int round = 0; changed; ++round) {
    if (round == kMostRounds) return facts_.assign(facts_.size(), {0, kAnyVariable});
    changed = false;
    for (const Instruction& inst : function_.instructions) {
      const Fact result = result_of(inst);
      for (const int reg : written_registers(inst)) {
        Fact& fact = facts_[static_cast<size_t>(reg)];
        Fact next{std::min(fact.zeros, result.zeros), result.variable};
        if (reached[static_cast<size_t>(reg)]) next.variable = meet(fact.variable, result.variable);
        if (fact.variable == kAnyVariable) next.variable = kAnyVariable;
        changed = changed || next.zeros != fact.zeros || next.variable != fact.variable;
        fact = next;
        reached[static_cast<size_t>(reg)] = true;
      }
    }
  }
}

void KnownAddresses::find_inductions() {
  for (size_t r = 0; r < writers_.size(); ++r) {
    if (writers_[r].size() < 2) continue;
    const int reg = static_cast<int>(r);
    Induction induction;
    int starts = 0;
    bool good = true;
    for (const int index : writers_[r]) {
      std::optional<Sum> sum = sum_of(function_.instructions[static_cast<size_t>(index)]);
      // Through registers that are written once: the sum, then a move back into the loop's register.
      for (int hop = 0; hop < 8 && sum && sum->reg >= 0 && sum->reg != reg && only_writer(sum->reg); ++hop) {
        const int writer = writers_[static_cast<size_t>(sum->reg)][0];
        const std::optional<Sum> before = sum_of(function_.instructions[static_cast<size_t>(writer)]);
        if (!before) break;
        sum = Sum{before->reg, before->constant + sum->constant, join(before->variable, sum->variable)};
      }
      if (sum && sum->reg < 0) {
        ++starts;
        induction.start = sum->constant;
        induction.variable = sum->variable;
      } else if (sum && sum->reg == reg) {
        induction.zeros = std::min(induction.zeros, zeros_of(sum->constant));
      } else {
        good = false;
      }
    }
    if (good && starts == 1) inductions_[reg] = induction;
  }
}

KnownAddress KnownAddresses::value_of(int reg, int depth) const {
  if (const auto found = here_.find(reg); found != here_.end()) return found->second;
  const Fact& fact = facts_[static_cast<size_t>(reg)];
  if (only_writer(reg) && depth < 16) {
    const int writer = writers_[static_cast<size_t>(reg)][0];
    const std::optional<Sum> sum = sum_of(function_.instructions[static_cast<size_t>(writer)]);
    if (sum && sum->reg < 0) return {-1, -1, sum->constant, kMostZeros, sum->variable};
    // What changes may have done so since.
    if (sum && only_writer(sum->reg)) {
      KnownAddress value = value_of(sum->reg, depth + 1);
      value.offset += sum->constant;
      value.variable = join(value.variable, sum->variable);
      return value;
    }
  }
  if (const auto found = inductions_.find(reg); found != inductions_.end()) {
    return {reg, -1, found->second.start, found->second.zeros, found->second.variable};
  }
  return {reg, -1, 0, fact.zeros, fact.variable};
}

KnownAddress KnownAddresses::of(const Operand& address) const {
  KnownAddress unknown{-1, -2, 0, 0, kAnyVariable};
  if (address.kind != Operand::Kind::address || address.elements.size() != 1) return unknown;
  const std::optional<Sum> base = term_of(address.elements[0]);
  if (!base) return unknown;
  KnownAddress value =
      base->reg < 0 ? KnownAddress{-1, -1, base->constant, kMostZeros, base->variable} : value_of(base->reg);
  value.offset += address.value;
  return value;
}

void KnownAddresses::step(int index) {
  const Instruction& inst = function_.instructions[static_cast<size_t>(index)];
  const std::vector<int> written = written_registers(inst);
  const std::optional<Sum> sum = written.size() == 1 ? sum_of(inst) : std::nullopt;
  KnownAddress value;
  if (sum) {
    value = sum->reg < 0 ? KnownAddress{-1, -1, 0, kMostZeros, kNoVariable} : value_of(sum->reg);
    value.offset += sum->constant;
    value.variable = join(value.variable, sum->variable);
  }
  for (const int reg : written) {
    const Fact& fact = facts_[static_cast<size_t>(reg)];
    here_[reg] = sum ? value : KnownAddress{reg, index, 0, fact.zeros, fact.variable};
  }
}

}  // namespace vgpu
