// Branches, calls, barriers and warp-wide operations; and which family an instruction belongs to.

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/decoder.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

namespace {

bool has(const ptx::Instruction& inst, const char* modifier) {
  return std::find(inst.modifiers.begin(), inst.modifiers.end(), modifier) != inst.modifiers.end();
}

// Nothing to do here: ordering is total, and there is no cache to hint to.
bool does_nothing(const std::string& opcode) {
  static const char* const known[] = {"membar", "fence",   "prefetch",      "prefetchu", "nanosleep",
                                      "brkpt",  "pmevent", "applypriority", "discard"};
  return std::find(std::begin(known), std::end(known), opcode) != std::end(known);
}

}  // namespace

void Decoder::decode_one(const Instruction& inst) {
  const std::string& opcode = inst.opcode;
  if (opcode == "mov") return decode_mov(inst);
  if (opcode == "ld" || opcode == "ldu") return decode_load_store(inst, true);
  if (opcode == "st") return decode_load_store(inst, false);
  if (opcode == "atom" || opcode == "red") return decode_atomic(inst);
  if (opcode == "cvta") return decode_cvta(inst);
  if (opcode == "isspacep") return decode_isspacep(inst);
  if (does_nothing(opcode)) {
    // A fence says that blocks may pass data to each other.
    if (opcode == "membar" || opcode == "fence") {
      program_.blocks_may_talk = program_.blocks_may_talk || !has(inst, "cta");
    }
    return;
  }
  if (decode_control(inst) || decode_collective(inst)) return;
  if (!decode_lane(inst)) refuse(inst, "this instruction is not there");
}

bool Decoder::decode_control(const Instruction& inst) {
  const std::string& opcode = inst.opcode;
  if (opcode == "bra") {
    if (inst.operands.size() != 1 || inst.operands[0].kind != Operand::Kind::label)
      refuse(inst, "its label is missing");
    emit(inst, Code::branch);
    branches_.emplace_back(static_cast<uint32_t>(program_.code.size() - 1), inst.operands[0].value);
  } else if (opcode == "brx") {
    decode_branch_index(inst);
  } else if (opcode == "call") {
    decode_call(inst);
  } else if (opcode == "ret") {
    emit(inst, Code::ret);
  } else if (opcode == "exit") {
    emit(inst, Code::exit);
  } else if (opcode == "trap") {
    emit(inst, Code::trap);
  } else if ((opcode == "bar" || opcode == "barrier") && !has(inst, "warp") && !has(inst, "cluster")) {
    decode_barrier(inst);
  } else {
    return false;
  }
  return true;
}

void Decoder::decode_branch_index(const Instruction& inst) {
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
  CallInfo info;
  const auto areas = [&](const Operand& tuple, std::vector<ParamArea>& list) {
    for (const Operand& element : tuple.elements) {
      if (element.kind == Operand::Kind::variable && element.scope == Operand::Scope::function) {
        list.push_back(areas_[static_cast<size_t>(element.index)]);
      } else {
        refuse(inst, "a call passes parameters through .param variables");
      }
    }
  };
  size_t next = 0;
  if (next < inst.operands.size() && inst.operands[next].kind == Operand::Kind::tuple)
    areas(inst.operands[next++], info.results);
  if (next >= inst.operands.size()) refuse(inst, "its target is missing");
  const Operand& target = inst.operands[next++];
  if (target.kind == Operand::Kind::reg) {
    info.target_row = source(inst, target, Row::b64);
  } else {
    const auto& functions = program_.functions;
    const auto known =
        std::find_if(functions.begin(), functions.end(), [&](const FunctionCode& f) { return f.name == target.name; });
    const bool provided = target.name == "vprintf" || target.name == "__assertfail";
    if (known != functions.end() && !known->external) {
      info.function = static_cast<uint32_t>(known - functions.begin());
    } else if (provided) {
      info.external = target.name;
    } else {
      refuse(inst, fmt::format("the function {} has no body", target.name));
    }
  }
  if (next < inst.operands.size() && inst.operands[next].kind == Operand::Kind::tuple)
    areas(inst.operands[next++], info.arguments);
  emit(inst, Code::call).info = own(std::move(info));
}

void Decoder::decode_barrier(const Instruction& inst) {
  BarrierInfo info;
  size_t next = 0;
  if (has(inst, "red")) {
    const bool count = has(inst, "popc");
    info.kind = count ? BarrierKind::red_popc : has(inst, "and") ? BarrierKind::red_and : BarrierKind::red_or;
    if (inst.operands.size() < 3) refuse(inst, "an operand is missing");
    info.d = destination(inst, inst.operands[next++], count ? Row::b32 : Row::pred);
    const Operand& p = inst.operands.back();
    if (p.kind != Operand::Kind::reg) refuse(inst, "its predicate is missing");
    info.p = register_row(p);
    info.p_negated = p.negated;
  } else if (has(inst, "arrive")) {
    info.kind = BarrierKind::arrive;
    if (inst.operands.size() != 2) refuse(inst, "it needs a thread count");
  } else if (!has(inst, "sync")) {
    refuse(inst, "this kind of barrier is not there");
  }
  if (next >= inst.operands.size()) refuse(inst, "its barrier is missing");
  info.id = source(inst, inst.operands[next++], Row::b32);
  const size_t left = inst.operands.size() - next - (info.p != kNone ? 1 : 0);
  if (left > 0) info.count = source(inst, inst.operands[next], Row::b32);
  emit(inst, Code::barrier).info = own(std::move(info));
}

bool Decoder::decode_collective(const Instruction& inst) {
  CollectiveInfo info;
  const std::string& opcode = inst.opcode;
  size_t next = 0;
  // d, or d|p where p says whether the source lane was in range (shfl) or all matched (match.all).
  const auto result = [&](const Operand& operand) {
    if (operand.kind == Operand::Kind::vector && operand.elements.size() == 2) {
      if (operand.elements[0].kind == Operand::Kind::reg) info.d = register_row(operand.elements[0]);
      if (operand.elements[1].kind == Operand::Kind::reg) info.p = register_row(operand.elements[1]);
    } else if (operand.kind == Operand::Kind::reg) {
      info.d = register_row(operand);
    }
  };
  const auto operand = [&]() -> const Operand& {
    if (next >= inst.operands.size()) refuse(inst, "an operand is missing");
    return inst.operands[next++];
  };
  if (opcode == "shfl" && has(inst, "sync")) {
    info.op = has(inst, "up")     ? CollectiveOp::shfl_up
              : has(inst, "down") ? CollectiveOp::shfl_down
              : has(inst, "bfly") ? CollectiveOp::shfl_bfly
                                  : CollectiveOp::shfl_idx;
    result(operand());
    info.a = source(inst, operand(), Row::b32);
    info.b = source(inst, operand(), Row::b32);
    info.c = source(inst, operand(), Row::b32);
  } else if (opcode == "vote" && has(inst, "sync")) {
    const bool ballot = has(inst, "ballot");
    info.op = ballot             ? CollectiveOp::vote_ballot
              : has(inst, "all") ? CollectiveOp::vote_all
              : has(inst, "any") ? CollectiveOp::vote_any
                                 : CollectiveOp::vote_uni;
    const uint32_t d = destination(inst, operand(), ballot ? Row::b32 : Row::pred);
    (ballot ? info.d : info.p) = d;
    const Operand& p = operand();
    if (p.kind == Operand::Kind::reg) {
      info.a = register_row(p);
      info.a_negated = p.negated;
    } else {
      info.a = source(inst, p, Row::pred);
    }
  } else if (opcode == "match" && has(inst, "sync")) {
    info.op = has(inst, "all") ? CollectiveOp::match_all : CollectiveOp::match_any;
    info.wide = inst.modifiers.back() == "b64";
    result(operand());
    info.a = source(inst, operand(), info.wide ? Row::b64 : Row::b32);
  } else if (opcode == "redux" && has(inst, "sync")) {
    const bool is_signed = inst.modifiers.back() == "s32";
    if (inst.modifiers.back() == "f32") refuse(inst, "floating-point redux needs a newer GPU");
    info.op = has(inst, "add")   ? CollectiveOp::redux_add
              : has(inst, "min") ? (is_signed ? CollectiveOp::redux_min_s : CollectiveOp::redux_min_u)
              : has(inst, "max") ? (is_signed ? CollectiveOp::redux_max_s : CollectiveOp::redux_max_u)
              : has(inst, "and") ? CollectiveOp::redux_and
              : has(inst, "or")  ? CollectiveOp::redux_or
                                 : CollectiveOp::redux_xor;
    info.d = destination(inst, operand(), Row::b32);
    info.a = source(inst, operand(), Row::b32);
  } else if (opcode == "bar" && has(inst, "warp")) {
    info.op = CollectiveOp::sync;
  } else if (opcode == "elect") {
    info.op = CollectiveOp::elect;
    result(operand());
  } else if (opcode == "activemask") {
    Inst& decoded = emit(inst, Code::step);
    decoded.rows.d[0] = destination(inst, operand(), Row::b32);
    decoded.step = [](Warp& warp, const Inst& at, uint32_t mask) {
      uint32_t* d = row_at<uint32_t>(warp.registers, at.rows.d[0]);
      for (uint32_t m = mask; m != 0; m &= m - 1) d[__builtin_ctz(m)] = mask;
    };
    return true;
  } else {
    return false;
  }
  info.members = source(inst, operand(), Row::b32);
  emit(inst, Code::collective).info = own(std::move(info));
  return true;
}

}  // namespace vgpu
