// A module's functions, variables and places; and the frame of one function.

#include "vgpu/machine/decode/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "vgpu/machine/decode/cas_branch.h"
#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/decode/flow.h"
#include "vgpu/machine/decode/liveness.h"
#include "vgpu/machine/decode/load_waits.h"
#include "vgpu/machine/decode/merge.h"

namespace vgpu {

namespace {

uint32_t round_up(uint32_t value, uint32_t to) { return (value + to - 1) / to * to; }

}  // namespace

int bytes_of_type(std::string_view type) {
  if (type == "f16x2" || type == "bf16x2" || type == "tf32") return 4;
  if (type == "f16" || type == "bf16") return 2;
  const size_t digit = type.find_first_of("0123456789");
  if (digit == std::string_view::npos) return 0;
  const std::string_view bits = type.substr(digit);
  if (bits == "8") return 1;
  if (bits == "16") return 2;
  if (bits == "32") return 4;
  if (bits == "64") return 8;
  if (bits == "128") return 16;
  return 0;
}

int target_of(const ptx::Module& module) {
  const size_t digit = module.target.find_first_of("0123456789");
  return digit == std::string::npos ? 0 : std::atoi(module.target.c_str() + digit);
}

int version_of(const ptx::Module& module) {
  const size_t point = module.version.find('.');
  const int minor = point == std::string::npos ? 0 : std::atoi(module.version.c_str() + point + 1);
  return 10 * std::atoi(module.version.c_str()) + std::min(minor, 9);
}

std::string c_name_of_type(std::string_view type) {
  if (type == "f32") return "float";
  if (type == "f64") return "double";
  if (type == "f16") return "half";
  if (type == "b32" || type == "u32" || type == "s32") return "word";
  if (type == "b16" || type == "u16" || type == "s16") return "short";
  if (type == "b64" || type == "u64" || type == "s64") return "long word";
  return "byte";
}

Decoder::Decoder(Program& program, uint32_t function)
    : program_(program), function_(program.module.functions[function]), ops_(op_table()), index_(function) {}

uint32_t Decoder::add_row(uint32_t bytes) {
  frame_ = round_up(frame_, kRowAlignment) + bytes;
  return frame_ - bytes;
}

void Decoder::layout() {
  FunctionCode& code = program_.functions[index_];
  for (const ptx::Register& r : function_.registers) {
    if (r.bytes == 0) {
      rows_.push_back(add_row(4));
    } else {
      rows_.push_back(add_row(static_cast<uint32_t>(std::max(r.bytes, 2)) * kLanes));
    }
  }
  code.register_bytes = round_up(frame_, 64);
  uint32_t local = 0;
  const auto place = [&](const ptx::Variable& variable) {
    ParamArea area;
    uint32_t offset = 0;
    if (variable.space == ptx::Space::local) {
      local = round_up(local, std::max<uint32_t>(variable.alignment, 1));
      offset = local;
      local += static_cast<uint32_t>(variable.bytes);
    } else if (variable.space == ptx::Space::param) {
      area.stride = round_up(static_cast<uint32_t>(std::max<uint64_t>(variable.bytes, 1)), 8);
      area.frame_offset = add_row(area.stride * kLanes);
    }
    areas_.push_back(area);
    local_offsets_.push_back(offset);
  };
  for (const ptx::Variable& variable : function_.variables) place(variable);
  if (function_.entry) {
    uint32_t offset = 0;  // the parameter buffer
    for (const ptx::Variable& param : function_.params) {
      offset = round_up(offset, std::max<uint32_t>(param.alignment, 1));
      areas_.push_back({offset, 0});
      local_offsets_.push_back(0);
      offset += static_cast<uint32_t>(param.bytes);
    }
  } else {
    for (const ptx::Variable& param : function_.params) {
      place(param);
      code.params.push_back(areas_.back());
    }
    for (const ptx::Variable& result : function_.results) {
      place(result);
      code.results.push_back(areas_.back());
    }
  }
  code.local_bytes = local;
}

void Decoder::decode() {
  FunctionCode& code = program_.functions[index_];
  code.first = static_cast<uint32_t>(program_.code.size());
  const std::vector<Merge> merges = merge_shared_accesses(program_.module, function_);
  const size_t variables = function_.variables.size(), params = function_.params.size();
  if (!function_.entry && !function_.instructions.empty()) {
    Instruction start = function_.instructions.front();
    start.guard = -1;
    for (size_t i = 0; i < params; ++i) emit_own_area_access(start, function_.params[i], variables + i, true);
  }
  for (size_t i = 0; i < function_.instructions.size(); ++i) {
    starts_.push_back(static_cast<uint32_t>(program_.code.size()));
    merge_ = merges[i];
    decode_one(function_.instructions[i]);
  }
  starts_.push_back(static_cast<uint32_t>(program_.code.size()));
  // Falling off the end is a return.
  Instruction end;
  end.opcode = "ret";
  if (!function_.instructions.empty()) {
    end.location = function_.instructions.back().location;
    end.ptx_line = function_.instructions.back().ptx_line;
  }
  decode_return(end);
  code.end = static_cast<uint32_t>(program_.code.size());
  for (const auto& [at, label] : branches_) program_.code[at].target = starts_[static_cast<size_t>(label)];
  for (const auto& [table, list] : tables_) {
    for (const int target : function_.branch_targets[list].targets) {
      table->targets.push_back(starts_[static_cast<size_t>(target)]);
    }
  }
  code.frame_bytes = round_up(frame_, 64);
  for (const CasBranch& each : branches_around_cas(function_)) {
    std::vector<uint32_t>& swaps = program_.cas_branches[starts_[each.branch]];
    for (const size_t swap : each.swaps) swaps.push_back(starts_[swap + 1] - 1);
  }
  if (function_.entry) code.registers_live = most_registers_live(function_);
  const std::vector<uint8_t> waits = load_waits(function_);
  for (size_t i = 0; i < waits.size(); ++i) {
    if (waits[i] != 0 && starts_[i] != starts_[i + 1]) program_.load_waits[starts_[i]] = waits[i];
  }
  for (const int reg : registers_read_unset(function_)) code.unset_rows.push_back(rows_[static_cast<size_t>(reg)]);
}

namespace {

/// Takes a step of decoding a function, or notes why it cannot be taken.
template <class Step>
void unless_refused(FunctionCode& code, const Step& step) {
  if (code.external || code.refusal) return;
  try {
    step();
  } catch (const LoadError& error) {
    code.refusal = std::make_shared<const LoadError>(error);
  }
}

/// Takes back what was decoded of a function before its refusal: nobody comes there.
void drop_code(Program& program, FunctionCode& code) {
  program.code.resize(code.first);
  program.location.resize(code.first);
  program.ptx_line.resize(code.first);
  code.end = code.first;
}

/// A function that calls one that cannot be run cannot be run either. A call through a pointer may reach every function
/// whose address is taken somewhere.
void spread_refusals(Program& program, const std::set<std::string>& taken) {
  std::vector<uint32_t> addressed;
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    if (taken.contains(program.functions[i].name)) addressed.push_back(i);
  }
  std::vector<std::vector<uint32_t>> callers(program.functions.size());
  std::vector<uint32_t> refused;
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionCode& code = program.functions[i];
    for (const uint32_t callee : code.callees) callers[callee].push_back(i);
    for (size_t k = 0; code.calls_indirectly && k < addressed.size(); ++k) callers[addressed[k]].push_back(i);
    if (code.refusal) refused.push_back(i);
  }
  for (size_t next = 0; next < refused.size(); ++next) {
    for (const uint32_t caller : callers[refused[next]]) {
      if (program.functions[caller].refusal) continue;
      program.functions[caller].refusal = program.functions[refused[next]].refusal;
      refused.push_back(caller);
    }
  }
}

/// Names of functions that stand as a value, in code or in a variable.
std::set<std::string> taken_addresses(const ptx::Module& module) {
  std::set<std::string> taken;
  for (const ptx::Variable& variable : module.variables) {
    for (const ptx::AddressInitialiser& address : variable.addresses) taken.insert(address.symbol);
  }
  for (const ptx::Function& function : module.functions) {
    for (const ptx::Instruction& inst : function.instructions) {
      if (inst.opcode == "call") continue;
      for (const ptx::Operand& operand : inst.operands) {
        if (operand.kind == ptx::Operand::Kind::function) taken.insert(operand.name);
      }
    }
  }
  return taken;
}

}  // namespace

std::unique_ptr<Program> decode(ptx::Module module) {
  check_sizes(module);
  auto program = std::make_unique<Program>();
  program->module = std::move(module);
  lay_out_variables(*program);
  const size_t count = program->module.functions.size();
  for (size_t i = 0; i < count; ++i) {
    const ptx::Function& function = program->module.functions[i];
    FunctionCode code;
    code.name = function.name;
    code.entry = function.entry;
    code.external = function.external;
    code.ptx = static_cast<int>(i);
    program->functions.push_back(std::move(code));
  }
  std::vector<Decoder> decoders;
  for (uint32_t i = 0; i < count; ++i) decoders.emplace_back(*program, i);
  for (uint32_t i = 0; i < count; ++i) {
    unless_refused(program->functions[i], [&] {
      check_frame(program->module.functions[i]);
      decoders[i].layout();
    });
  }
  for (uint32_t i = 0; i < count; ++i) {
    FunctionCode& code = program->functions[i];
    code.first = static_cast<uint32_t>(program->code.size());
    unless_refused(code, [&] { decoders[i].decode(); });
    if (code.refusal) drop_code(*program, code);
  }
  spread_refusals(*program, taken_addresses(program->module));
  patch_initialisers(*program);
  for (ptx::Function& function : program->module.functions) function.instructions = {};
  return program;
}

}  // namespace vgpu
