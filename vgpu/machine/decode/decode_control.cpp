// Branches, calls, barriers and warp-wide operations; and which family an instruction belongs to.

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

struct Quiet {
  const char* opcode;
  std::initializer_list<const char*> modifiers;
};

// Nothing to do here: ordering is total, and there is no cache to hint to.
const Quiet* does_nothing(const std::string& opcode) {
  static const Quiet known[] = {
      {"membar", {"cta", "gl", "sys", "proxy", "alias"}},
      {"fence", {"acq_rel", "sc", "acquire", "release", "cta", "gpu", "sys", "cluster", "proxy", "alias"}},
      {"prefetch", {"global", "local", "L1", "L2", "L2::evict_last", "L2::evict_normal"}},
      {"prefetchu", {"L1"}},
      {"brkpt", {}},
      {"pmevent", {"mask"}},
      {"applypriority", {"global", "L2::evict_normal"}},
      {"discard", {"global", "L2"}}};
  const auto* found =
      std::find_if(std::begin(known), std::end(known), [&](const Quiet& q) { return opcode == q.opcode; });
  return found == std::end(known) ? nullptr : found;
}

/// activemask
void active_lanes_step(Warp& warp, const Inst& inst, uint32_t mask) {
  uint32_t* d = row_at<uint32_t>(warp.registers, inst.rows.d[0]);
  for (uint32_t m = mask; m != 0; m &= m - 1) d[__builtin_ctz(m)] = mask;
}

}  // namespace

void Decoder::allow(const Instruction& inst, std::initializer_list<const char*> known, size_t count) const {
  for (const std::string& m : inst.modifiers) {
    if (std::find(known.begin(), known.end(), m) == known.end()) {
      refuse(inst, fmt::format("the modifier .{} is not known", m));
    }
  }
  if (count != 0 && inst.modifiers.size() != count) refuse(inst, "this form of it is not there");
}

void Decoder::decode_one(const Instruction& inst) {
  const std::string& opcode = inst.opcode;
  if (opcode == "mov") return decode_mov(inst);
  if (opcode == "ld" || opcode == "ldu") return decode_load_store(inst, true);
  if (opcode == "st") return decode_load_store(inst, false);
  if (opcode == "atom" || opcode == "red") return decode_atomic(inst);
  if (opcode == "cvta") return decode_cvta(inst);
  if (opcode == "isspacep") return decode_isspacep(inst);
  if (opcode == "createpolicy") return decode_cache_policy(inst);
  if (const Quiet* quiet = does_nothing(opcode)) {
    allow(inst, quiet->modifiers);
    // A fence says that blocks may pass data to each other.
    if (opcode == "membar" || opcode == "fence") {
      if (inst.has("cta")) return;
      program_.blocks_may_talk = true;
      emit(inst, Code::step).step = [](Warp& warp, const Inst&, uint32_t) {
        Block& block = *warp.block;
        if (!warp.launch->released.empty()) warp.launch->released[block.linear] = block.tick();
      };
    }
    return;
  }
  if (opcode == "nanosleep") {
    allow(inst, {"u32"}, 1);
    emit(inst, Code::look).step = [](Warp& warp, const Inst&, uint32_t) { warp.gives_way = true; };
    return;
  }
  if (opcode == "mbarrier" || (opcode == "cp" && inst.has("mbarrier"))) return decode_mbarrier(inst);
  if (decode_control(inst) || decode_collective(inst) || decode_tensor(inst) || decode_video(inst)) return;
  if (!decode_lane(inst)) refuse(inst, "this instruction is not there");
}

// There is no cache to have a policy for: any number stands for it.
void Decoder::decode_cache_policy(const Instruction& inst) {
  if (inst.operands.empty() || (!inst.has("fractional") && !inst.has("range") && !inst.has("cvt")))
    refuse(inst, "this form of it is not there");
  for (const std::string& m : inst.modifiers) {
    if (m != "fractional" && m != "range" && m != "cvt" && m != "global" && m != "b64" && !m.starts_with("L2"))
      refuse(inst, fmt::format("the modifier .{} is not known", m));
  }
  emit_lane(inst, *ops_.find("mov.b64"), {destination(inst, inst.operands[0], Row::b64)}, {constant_row(Row::b64, 0)});
}

bool Decoder::decode_control(const Instruction& inst) {
  const std::string& opcode = inst.opcode;
  if (opcode == "bra") {
    allow(inst, {"uni"});
    if (inst.operands.size() != 1 || inst.operands[0].kind != Operand::Kind::label)
      refuse(inst, "its label is missing");
    emit(inst, Code::branch);
    branches_.emplace_back(static_cast<uint32_t>(program_.code.size() - 1), inst.operands[0].value);
  } else if (opcode == "brx") {
    decode_branch_index(inst);
  } else if (opcode == "call") {
    decode_call(inst);
  } else if (opcode == "ret") {
    allow(inst, {"uni"});
    decode_return(inst);
  } else if (opcode == "exit") {
    emit(inst, Code::exit);
  } else if (opcode == "trap") {
    emit(inst, Code::trap);
  } else if ((opcode == "bar" || opcode == "barrier") && !inst.has("warp") && !inst.has("cluster")) {
    decode_barrier(inst);
  } else {
    return false;
  }
  return true;
}

void Decoder::decode_branch_index(const Instruction& inst) {
  allow(inst, {"idx", "uni"});
  if (inst.operands.size() != 2 || inst.operands[1].kind != Operand::Kind::name) refuse(inst, "its table is missing");
  BranchTable* table = own(BranchTable{source(inst, inst.operands[0], Row::b32), {}});
  const auto& lists = function_.branch_targets;
  const auto list = std::find_if(lists.begin(), lists.end(),
                                 [&](const ptx::BranchTargets& t) { return t.name == inst.operands[1].name; });
  if (list == lists.end() || list->targets.empty())
    refuse(inst, fmt::format("there is no table {}", inst.operands[1].name));
  tables_.emplace_back(table, static_cast<size_t>(list - lists.begin()));
  emit(inst, Code::branch_index).info = table;
}

void Decoder::decode_call(const Instruction& inst) {
  allow(inst, {"uni"});
  CallInfo info;
  size_t next = 0;
  const Operand* results = nullptr;
  if (next < inst.operands.size() && inst.operands[next].kind == Operand::Kind::tuple) results = &inst.operands[next++];
  if (next >= inst.operands.size()) refuse(inst, "its target is missing");
  const Operand& target = inst.operands[next++];
  if (target.kind == Operand::Kind::reg) {
    info.target_row = source(inst, target, Row::b64);
    program_.functions[index_].calls_indirectly = true;
  } else {
    const auto& functions = program_.functions;
    const auto known =
        std::find_if(functions.begin(), functions.end(), [&](const FunctionCode& f) { return f.name == target.name; });
    const bool heap = target.name == "malloc" || target.name == "free";
    const bool provided = target.name == "vprintf" || target.name == "__assertfail" || heap;
    if (known != functions.end() && !known->external) {
      info.function = static_cast<uint32_t>(known - functions.begin());
      program_.functions[index_].callees.push_back(info.function);
    } else if (provided) {
      info.external = target.name;
      if (heap) program_.blocks_may_talk = true;  // they share it: one after the other
    } else {
      refuse(inst, fmt::format("the function {} has no body", target.name));
    }
  }
  const Operand* arguments = nullptr;
  if (next < inst.operands.size() && inst.operands[next].kind == Operand::Kind::tuple)
    arguments = &inst.operands[next++];

  const ptx::Function* callee =
      info.function == kNone ? nullptr : &program_.module.functions[static_cast<size_t>(info.function)];
  const auto passed = [&](const std::vector<ptx::Variable> ptx::Function::*list, size_t i) -> const ptx::Variable* {
    return callee != nullptr && i < (callee->*list).size() ? &(callee->*list)[i] : nullptr;
  };
  for (size_t i = 0; arguments != nullptr && i < arguments->elements.size(); ++i) {
    const ptx::Variable* variable = passed(&ptx::Function::params, i);
    info.arguments.push_back(area_for(inst, arguments->elements[i], variable));
    const Operand& from = arguments->elements[i];
    if (from.kind == Operand::Kind::variable) continue;
    const int bytes = variable != nullptr ? static_cast<int>(variable->element_bytes) : 0;
    emit_area_access(inst, from.kind == Operand::Kind::vector ? from.elements : std::vector<Operand>{from},
                     info.arguments.back(), bytes, false);
  }
  for (size_t i = 0; results != nullptr && i < results->elements.size(); ++i)
    info.results.push_back(area_for(inst, results->elements[i], passed(&ptx::Function::results, i)));
  const std::vector<ParamArea> result_areas = info.results;
  emit(inst, Code::call).info = own(std::move(info));
  for (size_t i = 0; i < result_areas.size(); ++i) {
    const Operand& to = results->elements[i];
    if (to.kind == Operand::Kind::variable || to.kind == Operand::Kind::sink) continue;
    emit_area_access(inst, to.kind == Operand::Kind::vector ? to.elements : std::vector<Operand>{to}, result_areas[i],
                     0, true);
  }
}

// Where a call finds an argument or leaves a result: a .param variable's own place, or one made for a register, a
// vector of them or a number.
ParamArea Decoder::area_for(const Instruction& inst, const Operand& operand, const ptx::Variable* passed) {
  if (operand.kind == Operand::Kind::variable && operand.scope == Operand::Scope::function) {
    const ParamArea area = areas_[static_cast<size_t>(operand.index)];
    if (area.stride == 0) refuse(inst, "a call takes .param variables, registers and numbers");
    return area;
  }
  uint32_t bytes = passed != nullptr ? static_cast<uint32_t>(passed->bytes) : 8;
  const auto& parts = operand.kind == Operand::Kind::vector ? operand.elements : std::vector<Operand>{operand};
  uint32_t held = 0;
  for (const Operand& part : parts) {
    if (part.kind == Operand::Kind::reg) held += static_cast<uint32_t>(std::max(register_bytes(part), 1));
  }
  ParamArea area;
  area.stride = (std::max({bytes, held, 1u}) + 7) / 8 * 8;
  area.frame_offset = add_row(area.stride * kLanes);
  return area;
}

// `bytes` is the width of a part that is no register.
void Decoder::emit_area_access(const Instruction& inst, const std::vector<Operand>& parts, const ParamArea& area,
                               int bytes, bool load) {
  MemoryInfo info;
  info.space = ptx::Space::param;
  info.lane_stride = area.stride;
  info.frame_offset = area.frame_offset;
  info.elements = static_cast<uint8_t>(parts.size());
  if (parts.empty() || parts.size() > 4) refuse(inst, "a call passes vectors of up to four registers");
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool reg = parts[i].kind == Operand::Kind::reg;
    const int own_bytes = reg ? register_bytes(parts[i]) : bytes;
    if (own_bytes <= 0) refuse(inst, "a call cannot pass this operand: put it into a .param variable first");
    if (i > 0 && own_bytes != info.width) refuse(inst, "the parts of a vector have several widths");
    info.width = static_cast<uint8_t>(own_bytes);
    const Row kind = static_cast<Row>(std::max(own_bytes, 2));
    info.register_bytes[i] = static_cast<uint8_t>(kind);
    info.rows[i] = load ? destination(inst, parts[i], kind) : source(inst, parts[i], kind);
  }
  if (static_cast<uint32_t>(info.width) * info.elements > area.stride) refuse(inst, "it is outside its parameter");
  emit(inst, Code::step).step = load ? load_area_step : store_area_step;
  program_.code.back().info = own(std::move(info));
}

// A parameter or result of this function, at `place` of areas_, if it stands in a register.
void Decoder::emit_own_area_access(const Instruction& inst, const ptx::Variable& variable, size_t place, bool load) {
  if (variable.reg < 0) return;
  std::vector<Operand> parts(variable.bytes / variable.element_bytes);
  for (size_t i = 0; i < parts.size(); ++i) {
    parts[i].kind = Operand::Kind::reg;
    parts[i].index = variable.reg + static_cast<int>(i);
  }
  emit_area_access(inst, parts, areas_[place], 0, load);
}

void Decoder::decode_return(const Instruction& inst) {
  const size_t first = function_.variables.size() + function_.params.size();
  for (size_t i = 0; !function_.entry && i < function_.results.size(); ++i)
    emit_own_area_access(inst, function_.results[i], first + i, false);
  emit(inst, Code::ret);
}

void Decoder::decode_barrier(const Instruction& inst) {
  allow(inst, {"cta", "sync", "arrive", "red", "popc", "and", "or", "pred", "u32", "aligned"});
  BarrierInfo info;
  info.aligned = inst.opcode == "bar" || inst.has("aligned");
  size_t next = 0;
  if (inst.has("red")) {
    const bool count = inst.has("popc");
    info.kind = count ? BarrierKind::red_popc : inst.has("and") ? BarrierKind::red_and : BarrierKind::red_or;
    if (inst.operands.size() < 3) refuse(inst, "an operand is missing");
    info.d = destination(inst, inst.operands[next++], count ? Row::b32 : Row::pred);
    const Operand& p = inst.operands.back();
    if (p.kind != Operand::Kind::reg || register_bytes(p) != 0) refuse(inst, "its predicate is missing");
    info.p = register_row(p);
    info.p_negated = p.negated;
  } else if (inst.has("arrive")) {
    info.kind = BarrierKind::arrive;
    if (inst.operands.size() != 2) refuse(inst, "it needs a thread count");
  } else if (!inst.has("sync")) {
    refuse(inst, "this kind of barrier is not there");
  }
  if (next >= inst.operands.size()) refuse(inst, "its barrier is missing");
  info.id = source(inst, inst.operands[next++], Row::b32);
  const size_t left = inst.operands.size() - next - (info.p != kNone ? 1 : 0);
  if (left > 0) info.count = source(inst, inst.operands[next], Row::b32);
  emit(inst, Code::barrier).info = own(std::move(info));
}

// Forms without .sync, of all lanes that are there, went away with PTX 6.4 where threads have their own program
// counter.
bool Decoder::is_collective(const Instruction& inst) const {
  if (inst.opcode != "shfl" && inst.opcode != "vote") return false;
  if (!inst.has("sync") && target_of(program_.module) >= 70 && version_of(program_.module) >= 64) {
    refuse(inst, fmt::format("PTX {} for {} has it only with .sync and a mask of lanes (since PTX 6.4)",
                             program_.module.version, program_.module.target));
  }
  return true;
}

// For those: the lanes that run the instruction.
uint32_t Decoder::active_lanes_row(const Instruction& inst) {
  const uint32_t row = scratch_row(Row::b32);
  Inst& decoded = emit(inst, Code::step);
  decoded.rows.d[0] = row;
  decoded.step = active_lanes_step;
  return row;
}

bool Decoder::decode_collective(const Instruction& inst) {
  CollectiveInfo info;
  const std::string& opcode = inst.opcode;
  size_t next = 0;
  // d, or d|p where p says whether the source lane was in range (shfl) or all matched (match.all).
  const auto result = [&](const Operand& operand) {
    if (operand.kind == Operand::Kind::vector && operand.elements.size() == 2) {
      const Operand& d = operand.elements[0];
      const Operand& p = operand.elements[1];
      if (d.kind != Operand::Kind::sink) info.d = destination(inst, d, Row::b32);
      if (p.kind != Operand::Kind::sink) info.p = destination(inst, p, Row::pred);
    } else {
      info.d = destination(inst, operand, Row::b32);
    }
  };
  const auto operand = [&]() -> const Operand& {
    if (next >= inst.operands.size()) refuse(inst, "an operand is missing");
    return inst.operands[next++];
  };
  const bool without_sync = is_collective(inst) && !inst.has("sync");
  const size_t modifiers = without_sync ? 2 : 3;
  if (opcode == "shfl") {
    allow(inst, {"sync", "up", "down", "bfly", "idx", "b32"}, modifiers);
    info.op = inst.has("up")     ? CollectiveOp::shfl_up
              : inst.has("down") ? CollectiveOp::shfl_down
              : inst.has("bfly") ? CollectiveOp::shfl_bfly
                                 : CollectiveOp::shfl_idx;
    result(operand());
    info.a = source(inst, operand(), Row::b32);
    info.b = source(inst, operand(), Row::b32);
    info.c = source(inst, operand(), Row::b32);
  } else if (opcode == "vote") {
    allow(inst, {"sync", "all", "any", "uni", "ballot", "pred", "b32"}, modifiers);
    const bool ballot = inst.has("ballot");
    info.op = ballot            ? CollectiveOp::vote_ballot
              : inst.has("all") ? CollectiveOp::vote_all
              : inst.has("any") ? CollectiveOp::vote_any
                                : CollectiveOp::vote_uni;
    const uint32_t d = destination(inst, operand(), ballot ? Row::b32 : Row::pred);
    (ballot ? info.d : info.p) = d;
    const Operand& p = operand();
    if (p.kind == Operand::Kind::reg && register_bytes(p) == 0) {
      info.a = register_row(p);
      info.a_negated = p.negated;
    } else {
      info.a = source(inst, p, Row::pred);
    }
  } else if (opcode == "match" && inst.has("sync")) {
    allow(inst, {"any", "all", "sync", "b32", "b64"}, 3);
    info.op = inst.has("all") ? CollectiveOp::match_all : CollectiveOp::match_any;
    info.wide = inst.modifiers.back() == "b64";
    result(operand());
    info.a = source(inst, operand(), info.wide ? Row::b64 : Row::b32);
  } else if (opcode == "redux" && inst.has("sync")) {
    allow(inst, {"sync", "add", "min", "max", "and", "or", "xor", "u32", "s32", "b32", "f32"}, 3);
    const bool is_signed = inst.modifiers.back() == "s32";
    if (inst.modifiers.back() == "f32") refuse(inst, newer_feature(inst));
    info.op = inst.has("add")   ? CollectiveOp::redux_add
              : inst.has("min") ? (is_signed ? CollectiveOp::redux_min_s : CollectiveOp::redux_min_u)
              : inst.has("max") ? (is_signed ? CollectiveOp::redux_max_s : CollectiveOp::redux_max_u)
              : inst.has("and") ? CollectiveOp::redux_and
              : inst.has("or")  ? CollectiveOp::redux_or
                                : CollectiveOp::redux_xor;
    info.d = destination(inst, operand(), Row::b32);
    info.a = source(inst, operand(), Row::b32);
  } else if (opcode == "bar" && inst.has("warp")) {
    allow(inst, {"warp", "sync"}, 2);
    info.op = CollectiveOp::sync;
  } else if (opcode == "elect") {
    allow(inst, {"sync"}, 1);
    info.op = CollectiveOp::elect;
    result(operand());
  } else if (opcode == "activemask") {
    allow(inst, {"b32"}, 1);
    Inst& decoded = emit(inst, Code::step);
    decoded.rows.d[0] = destination(inst, operand(), Row::b32);
    decoded.step = active_lanes_step;
    return true;
  } else {
    return false;
  }
  info.members = without_sync ? active_lanes_row(inst) : source(inst, operand(), Row::b32);
  if (next != inst.operands.size()) refuse(inst, "it has an operand too many");
  emit(inst, Code::collective).info = own(std::move(info));
  return true;
}

}  // namespace vgpu
