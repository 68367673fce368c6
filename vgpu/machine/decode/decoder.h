#pragma once
// From parsed PTX to Program. One Decoder a function; families of instructions are in decode_*.cpp.

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vgpu/machine/instructions/matrix_load.h"
#include "vgpu/machine/program.h"
#include "vgpu/ops/op.h"
#include "vgpu/ptx/ast.h"
#include "vgpu/vgpu.h"

namespace vgpu {

/// Bytes of a PTX type name ("f32": 4), 0 for pred and unknown names.
int bytes_of_type(std::string_view type);
/// The number in a module's target: 80 for sm_80 and sm_80a.
int target_of(const ptx::Module& module);
/// Its version, times ten: 78 for 7.8.
int version_of(const ptx::Module& module);
/// "float" for "f32", for people.
std::string c_name_of_type(std::string_view type);

/// Whether a load's, store's or atomic's modifier gives it an order of its own: other threads may wait for it.
bool talks_between_blocks(const std::string& modifier);

/// Refuses variables that no GPU would hold. Throws LoadError.
void check_sizes(const ptx::Module& module);
/// Likewise, one function's frame and parameters, and what it asks of a launch.
void check_frame(const ptx::Function& function);

/// Gives every variable that code reaches its address, and each function's shared variables their slots. Throws
/// LoadError.
void lay_out_variables(Program& program);
/// Fills in the addresses inside initialisers, once variables and functions have theirs. Throws LoadError.
void patch_initialisers(Program& program);

/// The special registers that say where the KiB is that the system keeps in each block's shared memory (CUDA C++
/// Programming Guide: from compute capability 8.0 on): begin, end, cap, 0, 1.
inline constexpr std::string_view kReservedShared = "%reserved_smem_offset_";
inline constexpr uint32_t kReservedSharedBytes = 1024;

/// What newer GPUs have that an instruction asks for: "thread block clusters need sm_90"; nullptr: nothing known.
const char* newer_feature(const ptx::Instruction& inst);

/// Decodes one function. Use: construct, layout(), then decode() once every function has its place.
class Decoder {
 public:
  Decoder(Program& program, uint32_t function);

  /// Gives registers, param areas and local variables their places in the frame.
  void layout();
  /// Appends the function's instructions to Program::code. Throws LoadError at the first one that this GPU does not
  /// have.
  void decode();

 private:
  using Operand = ptx::Operand;
  using Instruction = ptx::Instruction;

  [[noreturn]] void refuse(const Instruction& inst, const std::string& why) const;
  /// Refuses modifiers other than `known`, and, where `count` is given, another number of them.
  void allow(const Instruction& inst, std::initializer_list<const char*> known, size_t count = 0) const;

  // Rows.
  uint32_t add_row(uint32_t bytes);
  uint32_t register_row(const Operand& operand) const;
  uint32_t scratch_row(Row kind);
  uint32_t constant_row(Row kind, uint64_t value);
  uint32_t special_row(const Instruction& inst, const std::string& name, Row kind);
  uint32_t carry_row();
  int register_bytes(const Operand& operand) const;
  /// The row a source operand's value lies in: a register, or a constant or special row made for it.
  uint32_t source(const Instruction& inst, const Operand& operand, Row kind);
  uint32_t destination(const Instruction& inst, const Operand& operand, Row kind);
  uint64_t immediate(const Instruction& inst, const Operand& operand, Row kind) const;
  uint64_t variable_address(const Instruction& inst, const Operand& operand) const;
  /// Puts the address of a local variable, which the stack's depth decides, into a row of 4 or 8 bytes a lane.
  void emit_local_address(const Instruction& inst, const Operand& operand, uint32_t row, int bytes);
  const ptx::Variable& variable(const Operand& operand) const;

  // Appending code.
  Inst& emit(const Instruction& inst, Code code);
  void emit_lane(const Instruction& inst, const Op& op, std::vector<uint32_t> d, std::vector<uint32_t> s);
  /// Keeps what an instruction's Inst::info points to for as long as the program lives.
  template <class Info>
  Info* own(Info info) {
    auto owned = std::make_shared<Info>(std::move(info));
    program_.infos.push_back(owned);
    return owned.get();
  }

  // Families.
  void decode_one(const Instruction& inst);
  bool decode_lane(const Instruction& inst);
  bool decode_lop3(const Instruction& inst);
  const Op* find_op(const Instruction& inst, std::string& name) const;
  void check_target(const Instruction& inst) const;
  void decode_mov(const Instruction& inst);
  void decode_vector_mov(const Instruction& inst, const std::string& type);
  void decode_eight(const Instruction& inst, int bits);
  void decode_mov_of_vectors(const Instruction& inst, const std::string& type);
  void decode_load_store(const Instruction& inst, bool load);
  void decode_parameter_access(const Instruction& inst, bool load, MemoryInfo info);
  MemoryInfo memory_operand(const Instruction& inst, const Operand& address);
  void decode_atomic(const Instruction& inst);
  void note_order(const Instruction& inst, ptx::Space space, bool ordered);
  void decode_cvta(const Instruction& inst);
  void decode_isspacep(const Instruction& inst);
  void decode_clock(const Instruction& inst, const std::string& name);
  bool decode_control(const Instruction& inst);
  void decode_cache_policy(const Instruction& inst);
  void decode_branch_index(const Instruction& inst);
  void decode_call(const Instruction& inst);
  /// Between registers and what a call passes; `function` tells the widths of numbers, nullptr: not known.
  ParamArea area_for(const Instruction& inst, const Operand& operand, const ptx::Variable* passed);
  void emit_area_access(const Instruction& inst, const std::vector<Operand>& parts, const ParamArea& area, int bytes,
                        bool load);
  void emit_own_area_access(const Instruction& inst, const ptx::Variable& variable, size_t place, bool load);
  void decode_return(const Instruction& inst);
  void decode_barrier(const Instruction& inst);
  bool decode_collective(const Instruction& inst);
  bool is_collective(const Instruction& inst) const;
  uint32_t active_lanes_row(const Instruction& inst);
  bool decode_video(const Instruction& inst);
  bool decode_tensor(const Instruction& inst);
  void decode_matrix_product(const Instruction& inst);
  void decode_matrix_tile(const Instruction& inst);
  void decode_matrix_rows(const Instruction& inst);
  void decode_async_copy(const Instruction& inst);
  void decode_mbarrier(const Instruction& inst);
  /// Rows of a fragment of `count` registers.
  void fragment(const Instruction& inst, const Operand& operand, bool write, Row kind, size_t count, uint32_t* rows);
  const MatrixScratch& matrix_scratch();

  Program& program_;
  const ptx::Function& function_;
  const OpTable& ops_;
  uint32_t index_;
  uint32_t frame_ = kFirstRow;  ///< bytes so far
  std::vector<uint32_t> rows_;  ///< of each register
  std::map<std::pair<uint8_t, uint64_t>, uint32_t> constants_;
  std::map<std::string, uint32_t> specials_;
  std::map<Row, uint32_t> scratch_;
  std::vector<ParamArea> areas_;         ///< of variables, params, results (ast.h's concatenation)
  std::vector<uint32_t> local_offsets_;  ///< likewise, for local variables
  uint32_t carry_ = kNone;
  MatrixScratch matrix_scratch_;
  Merge merge_;                                         ///< of the instruction being decoded
  std::vector<uint32_t> starts_;                        ///< PTX instruction index -> code index
  std::vector<std::pair<uint32_t, int64_t>> branches_;  ///< code index -> PTX instruction index
  std::vector<std::pair<BranchTable*, size_t>> tables_;
};

}  // namespace vgpu
