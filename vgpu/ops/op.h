#pragma once
// What one lane-wise instruction is: a function over the 32 lanes of a warp's register rows.
//
// A register is a row: 32 lanes side by side, 2, 4, 8 or 16 bytes each (64, 128, 256 or 512 bytes), or for a predicate
// one uint32_t whose bit l is lane l. An instruction names its rows by byte offset into the warp's register file;
// immediates and special registers are rows too, filled beforehand, so a handler sees nothing but rows.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vgpu {

inline constexpr int kLanes = 32;
inline constexpr uint32_t kFullMask = 0xffffffffu;

/// The rows of one decoded instruction, as a handler sees them.
struct OpRows {
  uint32_t d[2] = {0, 0};        ///< destination rows, byte offsets
  uint32_t s[4] = {0, 0, 0, 0};  ///< source rows, byte offsets
  int64_t imm = 0;               ///< what the opcode itself fixes (lop3's table, prmt's mode)
};

/// Runs the instruction for the lanes of `mask`; the others keep their destination. Must not fault on any lane's
/// values, masked off or not: division by zero and the like give what PTX defines or all ones.
using OpFn = void (*)(char* registers, const OpRows& rows, uint32_t mask);

/// Bytes a lane of an operand takes; `pred` is a mask row.
enum class Row : uint8_t { none = 0xff, pred = 0, b16 = 2, b32 = 4, b64 = 8, b128 = 16 };

/// How a lane-wise instruction is called and what its operands are.
struct Op {
  std::string name;       ///< as PTX writes it: "add.s32"; a second predicate result (`%p|%q`) appends "|"
  OpFn full = nullptr;    ///< every lane active: `mask` is not looked at
  OpFn masked = nullptr;  ///< any mask
  Row d[2] = {Row::none, Row::none};
  Row s[4] = {Row::none, Row::none, Row::none, Row::none};
  /// Index of a source that must be an immediate and goes into OpRows::imm instead of a row, -1: none (lop3: 3).
  int immediate_source = -1;
  /// The thread's carry flag (PTX ISA, "Extended-Precision Arithmetic Instructions") is a predicate row of its own:
  /// the last source where `carry_in`, d[1] where `carry_out`. PTX text does not name it, the decoder supplies it.
  bool carry_in = false, carry_out = false;
};

/// All lane-wise instructions of one build of ops/ (one instruction set of the host).
class OpTable {
 public:
  void add(Op op);                              ///< out of line: ops/ units hold no container code
  const Op* find(std::string_view name) const;  ///< nullptr: unknown
  const std::vector<Op>& all() const { return ops_; }

 private:
  std::vector<Op> ops_;
  std::unordered_map<std::string, size_t> index_;
};

/// The table for this processor, made once.
const OpTable& op_table();
/// Every table this build has and this processor can run, best first, with its name ("x86-64-v3", "baseline").
std::vector<std::pair<std::string, const OpTable*>> op_tables();

}  // namespace vgpu
