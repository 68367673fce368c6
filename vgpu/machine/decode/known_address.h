#pragma once
// What can be told of addresses before anything runs: how many of their low bits are zero, and which array of shared
// memory they point into.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "vgpu/ptx/ast.h"

namespace vgpu {

/// An address as a register's value, which stays what it is, plus a constant.
struct KnownAddress {
  int root = -1;       ///< the register, -1: none, the whole address is constant
  int version = -1;    ///< which instruction of this basic block wrote the root last, -1: none
  int64_t offset = 0;  ///< bytes
  int zeros = 0;       ///< low bits of the root's value that are zero, at most kMostZeros
  int variable = 0;    ///< number of the array of shared memory, or kNoVariable, kAnyVariable
};

inline constexpr int kMostZeros = 4;     ///< 16 bytes: no access is wider
inline constexpr int kNoVariable = -1;   ///< it is no address of shared memory, or nothing tells which
inline constexpr int kAnyVariable = -2;  ///< it may point into one or another

/// Knows a function's registers; walks basic blocks instruction by instruction.
class KnownAddresses {
 public:
  KnownAddresses(const ptx::Module& module, const ptx::Function& function);

  /// A basic block begins: of other blocks' results only what never changes is known.
  void start_block() { here_.clear(); }
  /// What the operand [base + constant] means now.
  KnownAddress of(const ptx::Operand& address) const;
  /// The block's instruction `index` is done.
  void step(int index);

 private:
  struct Fact {
    int zeros = kMostZeros;
    int variable = kNoVariable;
  };
  /// A register or a constant (register -1) and a constant to be added.
  struct Sum {
    int reg = -1;
    int64_t constant = 0;
    int variable = kNoVariable;
  };
  /// A register that starts as a constant and then only grows by constants: an induction variable.
  struct Induction {
    int64_t start = 0;
    int zeros = kMostZeros;  // of everything that is added
    int variable = kNoVariable;
  };

  void lay_out_shared();
  void find_facts();
  void find_inductions();
  Fact fact_of(const ptx::Operand& operand) const;
  Fact result_of(const ptx::Instruction& inst) const;
  std::optional<Sum> sum_of(const ptx::Instruction& inst) const;
  std::optional<Sum> term_of(const ptx::Operand& operand) const;
  KnownAddress value_of(int reg, int depth = 0) const;
  bool only_writer(int reg) const { return writers_[static_cast<size_t>(reg)].size() == 1; }

  const ptx::Module& module_;
  const ptx::Function& function_;
  std::map<std::pair<bool, int>, std::pair<int, int64_t>> shared_;  // in module?, index -> number, place
  std::vector<Fact> facts_;                                         // of each register, whoever wrote it
  std::vector<std::vector<int>> writers_;                           // of each register: instructions
  std::map<int, Induction> inductions_;
  std::map<int, KnownAddress> here_;  // what this basic block has written
};

/// The registers an instruction writes.
std::vector<int> written_registers(const ptx::Instruction& inst);

}  // namespace vgpu
