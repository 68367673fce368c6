// Where a module's variables lie: those that code can reach get an address each, the others cost nothing.

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/memory/address.h"

namespace vgpu {

namespace {

using ptx::Operand;

/// "tile" for "_ZZ6kernelPKfE4tile": the name as it stands in the source.
std::string source_name(const std::string& name) {
  if (!name.starts_with("_Z")) return name;  // "s" would be taken for the type short
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                        std::free);
  if (status != 0 || !readable) return name;
  const std::string text = readable.get();
  const size_t colon = text.rfind("::");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

SharedVariable shared_variable(const ptx::Variable& variable) {
  return {source_name(variable.name), static_cast<uint32_t>(variable.bytes), variable.alignment,
          c_name_of_type(variable.type), static_cast<uint32_t>(std::max(bytes_of_type(variable.type), 1))};
}

/// Follows names from instructions to variables, and from variables to what their initialisers point to.
class Reached {
 public:
  explicit Reached(const ptx::Module& module) : module_(module), used_(module.variables.size()) {
    for (size_t i = 0; i < module.variables.size(); ++i) by_name_.emplace(module.variables[i].name, i);
    for (const ptx::Function& function : module.functions) {
      for (const ptx::Instruction& inst : function.instructions) {
        for (const Operand& operand : inst.operands) visit(operand);
      }
    }
    while (!open_.empty()) {
      const ptx::Variable& variable = module.variables[open_.back()];
      open_.pop_back();
      for (const ptx::AddressInitialiser& address : variable.addresses) {
        if (const auto named = by_name_.find(address.symbol); named != by_name_.end()) use(named->second);
      }
    }
  }

  bool operator[](size_t variable) const { return used_[variable]; }
  bool reserved_shared() const { return reserved_shared_; }

 private:
  void visit(const Operand& operand) {
    if (operand.kind == Operand::Kind::variable && operand.scope == Operand::Scope::module)
      use(static_cast<size_t>(operand.index));
    if (operand.kind == Operand::Kind::special && operand.name.rfind(kReservedShared, 0) == 0) reserved_shared_ = true;
    for (const Operand& element : operand.elements) visit(element);
  }
  void use(size_t variable) {
    if (used_[variable]) return;
    used_[variable] = true;
    open_.push_back(variable);
  }

  const ptx::Module& module_;
  std::unordered_map<std::string_view, size_t> by_name_;
  std::vector<bool> used_;
  std::vector<size_t> open_;
  bool reserved_shared_ = false;
};

/// What a kernel and the functions it may call declare and use of shared memory.
class SharedOf {
 public:
  explicit SharedOf(const ptx::Module& module) : module_(module) {
    for (size_t i = 0; i < module.functions.size(); ++i) by_name_.emplace(module.functions[i].name, i);
  }

  uint64_t bytes(size_t kernel) {
    seen_.assign(module_.functions.size(), false);
    used_.assign(module_.variables.size(), false);
    bytes_ = 0;
    enter(kernel);
    while (!open_.empty()) {
      const ptx::Function& function = module_.functions[open_.back()];
      open_.pop_back();
      for (const ptx::Variable& variable : function.variables) add(variable);
      for (const ptx::Instruction& inst : function.instructions) {
        for (const Operand& operand : inst.operands) visit(operand);
        // Through a register any function may be called.
        if (inst.opcode != "call" || inst.operands.empty()) continue;
        const bool first = inst.operands[0].kind == Operand::Kind::tuple && inst.operands.size() > 1;
        if (inst.operands[first ? 1 : 0].kind != Operand::Kind::reg) continue;
        for (size_t i = 0; i < module_.functions.size(); ++i) {
          if (!module_.functions[i].entry) enter(i);
        }
      }
    }
    return bytes_;
  }

 private:
  void enter(size_t function) {
    if (seen_[function]) return;
    seen_[function] = true;
    open_.push_back(function);
  }
  void add(const ptx::Variable& variable) {
    if (variable.space != ptx::Space::shared || variable.external) return;
    const uint64_t alignment = std::max<uint64_t>(variable.alignment, 1);
    bytes_ = (bytes_ + alignment - 1) / alignment * alignment + variable.bytes;
  }
  void visit(const Operand& operand) {
    if (operand.kind == Operand::Kind::variable && operand.scope == Operand::Scope::module) {
      const auto index = static_cast<size_t>(operand.index);
      if (!used_[index]) add(module_.variables[index]);
      used_[index] = true;
    } else if (operand.kind == Operand::Kind::function) {
      if (const auto named = by_name_.find(operand.name); named != by_name_.end()) enter(named->second);
    }
    for (const Operand& element : operand.elements) visit(element);
  }

  const ptx::Module& module_;
  std::unordered_map<std::string_view, size_t> by_name_;
  std::vector<bool> seen_, used_;
  std::vector<size_t> open_;
  uint64_t bytes_ = 0;
};

/// The addresses of global and constant variables: a slot each; once those are short, small ones share them.
class Addresses {
 public:
  uint64_t next(const ptx::Variable& variable) {
    if (slot_ < kFirstPieceSlot) return slot_address(slot_++);
    if (piece_ == kPieces || variable.bytes > kMostPieceBytes) {
      throw LoadError(fmt::format("the module uses more than {} global variables and strings",
                                  kFirstPieceSlot - kFirstModuleSlot + piece_),
                      "", 0);
    }
    return piece_address(piece_++);
  }

 private:
  uint32_t slot_ = kFirstModuleSlot, piece_ = 0;
};

}  // namespace

void lay_out_variables(Program& program) {
  const ptx::Module& module = program.module;
  program.shared.push_back({kDynamicShared, 0, 16, "byte", 1});
  program.variable_address.assign(module.variables.size(), 0);
  const Reached reached(module);
  Addresses addresses;
  // Large ones first: a piece is too small for them.
  for (const bool large : {true, false}) {
    for (size_t i = 0; i < module.variables.size(); ++i) {
      const ptx::Variable& variable = module.variables[i];
      if (variable.space == ptx::Space::shared || !reached[i]) continue;
      if ((variable.bytes > kMostPieceBytes) != large) continue;
      program.variable_address[i] = addresses.next(variable);
      program.variables.push_back({program.variable_address[i], static_cast<uint32_t>(i), variable.name, variable.bytes,
                                   variable.space != ptx::Space::constant, variable.init});
    }
  }
  for (size_t i = 0; i < module.variables.size(); ++i) {
    const ptx::Variable& variable = module.variables[i];
    if (variable.space != ptx::Space::shared || !reached[i]) continue;
    program.variable_address[i] = shared_address(variable.external ? 0 : static_cast<uint32_t>(program.shared.size()));
    if (!variable.external) program.shared.push_back(shared_variable(variable));
  }
  SharedOf shared(module);
  for (size_t i = 0; i < module.functions.size(); ++i) {
    const ptx::Function& function = module.functions[i];
    program.static_shared_bytes.push_back(function.entry && !function.external ? shared.bytes(i) : 0);
    program.first_shared_slot.push_back(static_cast<uint32_t>(program.shared.size()));
    for (const ptx::Variable& variable : function.variables) {
      if (variable.space == ptx::Space::shared && !variable.external)
        program.shared.push_back(shared_variable(variable));
    }
  }
  if (reached.reserved_shared()) {
    program.reserved_shared = static_cast<uint32_t>(program.shared.size());
    program.shared.push_back({"the memory of cooperative_groups", kReservedSharedBytes, 16, "byte", 1});
  }
  if (program.shared.size() >= (size_t{1} << (32 - kSharedSlotBits))) {
    throw LoadError("the module has more than 4095 shared variables", "", 0);
  }
}

void patch_initialisers(Program& program) {
  const ptx::Module& module = program.module;
  std::unordered_map<std::string_view, uint64_t> known;
  for (size_t i = 0; i < program.functions.size(); ++i)
    known.emplace(program.functions[i].name, slot_base(kFunctionSlot) + 16 * uint64_t{i});
  for (const ModuleVariable& variable : program.variables) known.insert_or_assign(variable.name, variable.address);
  for (ModuleVariable& target : program.variables) {
    const ptx::Variable& variable = module.variables[target.index];
    if (!variable.addresses.empty()) target.init.resize(target.bytes);
    for (const ptx::AddressInitialiser& address : variable.addresses) {
      const auto named = known.find(address.symbol);
      if (named == known.end()) {
        throw LoadError(fmt::format("{} is initialised with the address of {}, which is not in the module",
                                    variable.name, address.symbol),
                        "", 0);
      }
      const uint64_t value = named->second + static_cast<uint64_t>(address.addend);
      for (uint64_t i = 0; i < 8 && address.offset + i < target.init.size(); ++i) {
        target.init[address.offset + i] = static_cast<uint8_t>(value >> (8 * i));
      }
    }
  }
}

}  // namespace vgpu
