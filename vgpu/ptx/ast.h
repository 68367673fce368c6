#pragma once
// A PTX module after parsing: names resolved, nothing executed.
// The language is described in NVIDIA's "PTX ISA"; section names in comments refer to it.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vgpu::ptx {

/// State spaces (PTX ISA, "State Spaces"). `generic` is the absence of one on a memory instruction.
enum class Space : uint8_t { generic, reg, sreg, constant, global, local, param, shared };

/// A place in a source file, from a `.loc` directive.
struct SourceLocation {
  int file = 0;         ///< index into Module::files, -1: unknown
  int line = 0;         ///< 1-based; a `.loc` with line 0 keeps the previous line
  int column = 0;       ///< 1-based, 0: unknown
  int inlined_at = -1;  ///< index into Module::locations of the call it was inlined into, -1: not inlined
};

/// A virtual register of one function. Type is as declared: "b32", "f32", "pred", ...
struct Register {
  std::string name;
  std::string type;
  int bytes = 0;  ///< 0 for pred, else 1, 2, 4, 8 or 16
};

/// One initialised piece of a variable that is the address of a symbol, e.g. `.u64 table[] = { f, x+4 }`.
struct AddressInitialiser {
  uint64_t offset = 0;  ///< bytes from the variable's start
  std::string symbol;   ///< a variable's or a function's name
  int64_t addend = 0;
  bool generic = false;  ///< written generic(symbol)
};

/// A variable in global, constant, shared, local or param space.
struct Variable {
  std::string name;
  Space space = Space::global;
  std::string type;            ///< element type: "b8", "f32", ...
  uint64_t bytes = 0;          ///< whole size; 0 for `.extern .shared name[]`
  uint32_t element_bytes = 1;  ///< of one element of the array: a vector's are all of its
  uint32_t alignment = 1;
  bool external = false;
  std::vector<uint8_t> init;  ///< empty: zero (global, constant) or undefined (shared, local), else `bytes` long
  std::vector<AddressInitialiser> addresses;
  int reg = -1;  ///< a .func's parameter or result in a register: index into Function::registers
};

/// One operand of an instruction.
struct Operand {
  enum class Kind : uint8_t {
    none,
    reg,       ///< index: Function::registers; `negated` for !%p; name: a video instruction's selector ("b0", "h32")
    integer,   ///< value holds the bits (sign-extended decimal or hex literal)
    float32,   ///< 0fXXXXXXXX: value holds the 32 bits
    float64,   ///< 0dXXXXXXXXXXXXXXXX, or a decimal with a point: value holds the 64 bits
    special,   ///< %tid.x and the like, WARP_SZ: name
    variable,  ///< the address of a variable plus value: scope+index say which
    function,  ///< the address of a function, or a call's target: name
    label,     ///< value: index of the instruction it stands before (may equal instructions.size())
    address,   ///< [base + value]: elements[0] is the base (reg, variable or integer 0)
    vector,    ///< {a, b, ...}
    sink,      ///< _
    tuple,     ///< (a, b): a call's arguments or results
    name,      ///< a call's prototype or a branch-targets list; index: Function::prototypes or branch_targets
  };
  enum class Scope : uint8_t { module, function };

  Kind kind = Kind::none;
  bool negated = false;  ///< !%p or -%r
  Scope scope = Scope::module;
  int index = -1;  ///< register or variable
  int64_t value = 0;
  std::string name;
  std::vector<Operand> elements;
};

/// One instruction. `opcode` is the part before the first dot, `modifiers` the rest in order:
/// ld.global.nc.v4.f32 -> "ld", {"global","nc","v4","f32"}. `::` stays inside a modifier ("shared::cta").
struct Instruction {
  std::string opcode;
  std::vector<std::string> modifiers;
  std::vector<Operand> operands;  ///< `%p|%q` is two reg operands in a `vector` operand named "|"
  int guard = -1;                 ///< register of @%p, -1: none
  bool guard_negated = false;     ///< @!%p
  int location = -1;              ///< index into Module::locations, -1: none yet
  int ptx_line = 0;               ///< 1-based line of the PTX text

  bool has(std::string_view modifier) const {
    return std::find(modifiers.begin(), modifiers.end(), modifier) != modifiers.end();
  }
  /// The opcode with its modifiers, dots between, as PTX writes it.
  std::string text() const {
    std::string s = opcode;
    for (const std::string& m : modifiers) (s += '.') += m;
    return s;
  }
};

struct BranchTargets {  ///< name: .branchtargets L1, L2; for brx.idx
  std::string name;
  std::vector<int> targets;  ///< instruction indices
};

struct CallPrototype {  ///< name: .callprototype (ret) _ (params); for indirect calls
  std::string name;
};

/// A kernel (.entry) or device function (.func).
struct Function {
  std::string name;
  bool entry = false;
  bool external = false;            ///< declared, no body
  std::vector<Variable> params;     ///< space param, in order
  std::vector<Variable> results;    ///< of a .func, usually none or one
  std::vector<Variable> variables;  ///< local, shared and param-space variables declared in the body, any scope
  std::vector<Register> registers;  ///< all scopes; names may repeat
  std::vector<Instruction> instructions;
  std::vector<BranchTargets> branch_targets;
  std::vector<CallPrototype> prototypes;
  int required_block[3] = {0, 0, 0};  ///< .reqntid, 0: not given
  int max_threads = 0;                ///< .maxntid product, 0: not given
  std::string unsupported;            ///< a directive that asks for what is not there (clusters), empty: none
  int ptx_line = 0;
};

struct Module {
  std::string version;                    ///< ".version"
  std::string target;                     ///< "sm_80"
  std::vector<std::string> files;         ///< index is the .file number; unused numbers are empty
  std::vector<SourceLocation> locations;  ///< every distinct .loc
  std::vector<Variable> variables;        ///< module scope: global, constant, shared
  std::vector<Function> functions;
};

/// The variable a `variable` operand means: of `function` (variables, then params, then results, by index in that
/// concatenation) or of the module.
const Variable& variable_of(const Module& module, const Function& function, const Operand& operand);

}  // namespace vgpu::ptx
