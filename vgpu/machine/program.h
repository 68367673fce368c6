#pragma once
// Decoded code: every name resolved to a register row, an address or an instruction index.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vgpu/ops/op.h"
#include "vgpu/ptx/ast.h"
#include "vgpu/vgpu.h"

namespace vgpu {

struct Warp;
struct Inst;

/// What the interpreter's loop does with an instruction.
enum class Code : uint8_t {
  lane,          ///< one function over the lanes: Inst::full, Inst::masked
  step,          ///< a function of the running warp that never changes control flow: Inst::step
  look,          ///< likewise, of those that loops repeat to wait for other threads: it sets Warp::idle
  warp_step,     ///< likewise, of all its lanes together: those that come first wait for the others
  branch,        ///< to Inst::target
  branch_index,  ///< brx.idx: to one of BranchTable
  call,
  ret,
  exit,
  barrier,     ///< bar.sync, bar.arrive, bar.red
  collective,  ///< shfl, vote, match, redux, bar.warp.sync, elect
  trap,
};

inline constexpr uint32_t kNone = 0xffffffffu;

using StepFn = void (*)(Warp& warp, const Inst& inst, uint32_t mask);

/// How a lane-wise instruction's result is defined by its sources.
enum class Carry : uint8_t {
  all,       ///< all of them must be
  select,    ///< selp: only the chosen one counts
  and_pred,  ///< a source that is defined and false decides alone
  or_pred,   ///< one that is defined and true does
  setp_and,  ///< likewise, for the third source of setp.and and setp.or
  setp_or,
  bits_and,  ///< and.b32 and its like: a source that is defined and 0 decides alone
  equality,  ///< setp.eq, setp.ne: all of them must be
  halves,    ///< add.f16x2 and its like: each half by the sources' same half
  pack,      ///< mov.b32 d, {low, high} and its like
  unpack,    ///< mov.b32 {low, high}, s
  copy,      ///< mov: the value itself, which is no use of it
};

/// What an instruction counts as.
enum class Kind : uint8_t {
  other,
  load,
  store,
  copy,  ///< cp.async: loads from global and stores to shared memory
  atomic,
  barrier,
  tensor,
  tensor_pair,  ///< wmma.mma: two of the machine's operations
  fp32,
  fp64,
  integer,
  control,
  conversion,
  special,
};

/// Rows start at multiples of this, so that a row has a number: offset / kRowAlignment.
inline constexpr uint32_t kRowAlignment = 64;
/// Two rows at the front of every frame stand for sources and destinations that an instruction does not have.
inline constexpr uint32_t kNoSource = 0;
inline constexpr uint32_t kNoDestination = kRowAlignment;
inline constexpr uint32_t kFirstRow = 2 * kRowAlignment;

/// One decoded instruction: a cache line.
struct alignas(64) Inst {
  union {
    OpFn full = nullptr;  ///< Code::lane
    StepFn step;          ///< Code::step, Code::warp_step
  };
  union {
    OpFn masked = nullptr;  ///< Code::lane
    const void* info;       ///< the rest: MemoryInfo, CallInfo, ..., owned by Program
  };
  OpRows rows;
  uint32_t guard = kNone;  ///< predicate row
  uint32_t target = 0;     ///< branch: instruction index
  Code code = Code::lane;
  bool guard_negated = false;
  Kind kind = Kind::other;
  Carry carry = Carry::all;
  uint8_t row_bytes = 0;  ///< bits_and: bytes of a source's lane
};

/// What becomes of one access of shared memory where ptxas makes one wider access of several (decode/merge.h).
struct Merge {
  uint8_t bytes = 0;   ///< of a lane in the wider access that this one, the first of its members, stands for; 0: none
  uint8_t before = 0;  ///< bytes from that access's start to this one's address
  bool away = false;   ///< one of the others: it is no access of its own
};

/// A load or store, or the address part of an atomic.
struct MemoryInfo {
  ptx::Space space = ptx::Space::generic;
  uint8_t width = 4;               ///< bytes of one element in memory
  uint8_t elements = 1;            ///< 1, 2, 4 or 8 (.v2, .v4, .v8)
  uint8_t register_bytes[8] = {};  ///< of each element's row
  bool sign_extend = false;
  bool address_is_32 = false;  ///< the base row holds 32-bit values
  uint32_t base = kNone;       ///< row of the base address, kNone: the offset alone
  int64_t offset = 0;
  uint32_t rows[8] = {};      ///< destinations of a load, sources of a store
  uint32_t lane_stride = 0;   ///< param space of a device function: bytes from lane to lane in the frame
  uint32_t frame_offset = 0;  ///< there: where lane 0's bytes start in the frame
  bool strong = false;        ///< volatile or with an order of its own: never races with its like
  bool is_volatile = false;   ///< ld.volatile, st.volatile
  bool releases = false;      ///< st.release: what the block wrote before is to be seen
  bool acquires = false;      ///< ld.acquire: what others released with it is
  Merge merge;                ///< shared memory: how the machine would access it, which counters want to know
};

enum class AtomicOp : uint8_t { add, min, max, inc, dec, and_, or_, xor_, exch, cas };
enum class AtomicType : uint8_t { u16, u32, u64, s32, s64, half, f32, f64, b128 };

struct AtomicInfo {
  MemoryInfo memory;
  AtomicOp op{};
  AtomicType type{};
  uint32_t result = kNone;  ///< row, kNone: red
  bool releases = false;    ///< .release or .acq_rel
  bool acquires = false;    ///< .acquire or .acq_rel
  uint32_t b = 0, c = 0;    ///< operand rows; cas: compare, swap
  OpFn half_add = nullptr;  ///< type half (f16, bf16, f16x2, bf16x2), op add: the lane-wise instruction
};

enum class CollectiveOp : uint8_t {
  shfl_up,
  shfl_down,
  shfl_bfly,
  shfl_idx,
  vote_all,
  vote_any,
  vote_uni,
  vote_ballot,
  match_any,
  match_all,
  redux_add,
  redux_min_s,
  redux_max_s,
  redux_min_u,
  redux_max_u,
  redux_and,
  redux_or,
  redux_xor,
  sync,
  elect,
};

struct CollectiveInfo {
  CollectiveOp op{};
  bool wide = false;              ///< 64-bit source (match.b64)
  uint32_t d = kNone;             ///< result row
  uint32_t p = kNone;             ///< predicate result row
  uint32_t a = kNone;             ///< source row: 32 or 64 bits, or a predicate
  bool a_negated = false;         ///< vote of !%p
  uint32_t b = kNone, c = kNone;  ///< shfl's lane and clamp rows
  uint32_t members = kNone;       ///< row of the member mask, 32 bits
};

enum class BarrierKind : uint8_t { sync, arrive, red_popc, red_and, red_or };

struct BarrierInfo {
  BarrierKind kind = BarrierKind::sync;
  bool aligned = true;     ///< all lanes of a warp come to it together
  uint32_t id = kNone;     ///< row, 32 bits
  uint32_t count = kNone;  ///< row, kNone: all threads of the block
  uint32_t d = kNone;      ///< red: result row (32 bits for popc, predicate for and, or)
  uint32_t p = kNone;      ///< red: source predicate row
  bool p_negated = false;
};

/// Bytes a call passes: lane-wise areas in the caller's and the callee's frame.
struct ParamArea {
  uint32_t frame_offset = 0;
  uint32_t stride = 0;  ///< bytes a lane
};

struct CallInfo {
  uint32_t function = kNone;    ///< index, kNone: indirect
  uint32_t target_row = kNone;  ///< indirect: row of 64-bit function addresses
  std::string external;         ///< vprintf, __assertfail: done by the machine
  std::vector<ParamArea> arguments;
  std::vector<ParamArea> results;
};

struct BranchTable {
  uint32_t index_row = 0;
  std::vector<uint32_t> targets;
};

/// Values that differ from thread to thread or block to block and that code reads as a register.
enum class Special : uint8_t {
  tid_x,
  tid_y,
  tid_z,
  ntid_x,
  ntid_y,
  ntid_z,
  ctaid_x,
  ctaid_y,
  ctaid_z,
  nctaid_x,
  nctaid_y,
  nctaid_z,
  laneid,
  warpid,
  nwarpid,
  smid,
  nsmid,
  gridid,
  lanemask_eq,
  lanemask_le,
  lanemask_lt,
  lanemask_ge,
  lanemask_gt,
  dynamic_smem_size,
  total_smem_size,
  grid_workspace_low,  ///< %envreg2, %envreg1: the address of what cooperative_groups' grid.sync() waits at
  grid_workspace_high,
};

struct SpecialRow {
  Special special{};
  uint32_t row = 0;
};

struct ConstantRow {
  uint32_t row = 0;
  uint8_t bytes = 0;  ///< 0: predicate
  uint64_t value = 0;
};

/// One function's place in the code and the shape of its frame.
struct FunctionCode {
  std::string name;
  bool entry = false;
  bool external = false;
  uint32_t first = 0, end = 0;  ///< instruction indices
  uint32_t register_bytes = 0;  ///< the frame's front: rows that code writes
  uint32_t frame_bytes = 0;     ///< registers, constants, special registers, param areas
  uint32_t local_bytes = 0;     ///< stack a thread needs for it
  uint32_t registers_live = 0;  ///< an entry's: of 32 bits, at once at the most
  std::vector<ConstantRow> constants;
  std::vector<SpecialRow> specials;
  std::vector<ParamArea> params;  ///< device function: where arguments arrive
  std::vector<ParamArea> results;
  std::vector<uint32_t> param_bytes, result_bytes;
  int ptx = -1;                              ///< index into Module::functions
  std::vector<uint32_t> callees;             ///< functions it calls by name
  bool calls_indirectly = false;             ///< any function whose address is taken
  std::shared_ptr<const LoadError> refusal;  ///< why it cannot be run, itself or for what it calls
  std::vector<uint32_t> unset_rows;          ///< registers that some way through it reads before they are set (flow.h)
};

/// What dynamic shared memory goes by where the code has no other name for it.
inline constexpr const char* kDynamicShared = "dynamic shared memory";

struct SharedVariable {
  std::string name;
  uint32_t bytes = 0;  ///< 0: dynamic
  uint32_t alignment = 1;
  std::string element;  ///< "float"
  uint32_t element_bytes = 1;
};

/// A global or constant variable that code can reach: headers declare a thousand that nobody uses.
struct ModuleVariable {
  uint64_t address = 0;
  uint32_t index = 0;  ///< of ptx::Module::variables
  std::string name;
  uint64_t bytes = 0;
  bool writable = true;
  std::vector<uint8_t> init;
};

/// A decoded module.
struct Program {
  ptx::Module module;  ///< kept for names and locations; instructions are dropped after decoding
  std::vector<Inst> code;
  std::vector<int32_t> location;  ///< of each instruction: index into module.locations, -1
  std::vector<int32_t> ptx_line;
  std::vector<FunctionCode> functions;
  std::vector<SharedVariable> shared;  ///< index is the shared slot; 0 is dynamic shared memory
  std::vector<ModuleVariable> variables;
  std::vector<uint64_t> variable_address;     ///< of each of module.variables; shared: in its window; 0: nobody uses it
  std::vector<uint64_t> static_shared_bytes;  ///< of each kernel, its callees' included
  std::vector<uint32_t> first_shared_slot;    ///< of each function: its first own shared variable's, the others follow
  std::vector<std::shared_ptr<void>> infos;   ///< owns what Inst::info points to
  bool narrow_shared = false;                 ///< shared accesses of less than 4 bytes
  uint8_t narrowest_global = 4;               ///< bytes of the narrowest store or load of global memory, at most 4
  std::map<uint32_t, std::vector<uint32_t>> cas_branches;  ///< branches and the swaps they decide on (cas_branch.h)
  std::map<uint32_t, uint8_t> load_waits;  ///< instructions at which warps wait for global loads (load_waits.h)
  uint32_t reserved_shared = 0;      ///< slot of the KiB that a block has for cooperative_groups, 0: nobody asks for it
  bool orders_by_words = false;      ///< releases and acquires of shared memory
  bool uses_grid_workspace = false;  ///< cooperative_groups::this_grid()
  /// Triton's: its compiler has spread a block's program over threads, and where there are more of these than elements
  /// several hold the same one, of which one stores it.
  bool replicas = false;
  bool blocks_may_talk = false;  ///< atomics, fences or volatile accesses to global memory: blocks run in order
};

/// File, line and column of an instruction in the learner's own file: inlining is walked out of headers.
struct Place {
  std::string file;
  int line = 0, column = 0;
};
/// The place a location (index into Module::locations, -1: none) stands for.
Place place_at(const ptx::Module& module, int location);
Place place_of(const Program& program, uint32_t pc);

}  // namespace vgpu
