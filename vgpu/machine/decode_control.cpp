// Branches, calls, barriers and warp-wide operations; and which family an instruction belongs to.

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/decoder.h"
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
      {"nanosleep", {"u32"}},
      {"brkpt", {}},
      {"pmevent", {"mask"}},
      {"applypriority", {"global", "L2::evict_normal"}},
      {"discard", {"global", "L2"}}};
  const auto* found =
      std::find_if(std::begin(known), std::end(known), [&](const Quiet& q) { return opcode == q.opcode; });
  return found == std::end(known) ? nullptr : found;
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
  if (decode_control(inst) || decode_collective(inst) || decode_tensor(inst)) return;
  if (!decode_lane(inst)) refuse(inst, "this instruction is not there");
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
    emit(inst, Code::ret);
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
    program_.functions[index_].calls_indirectly = true;
  } else {
    const auto& functions = program_.functions;
    const auto known =
        std::find_if(functions.begin(), functions.end(), [&](const FunctionCode& f) { return f.name == target.name; });
    const bool provided = target.name == "vprintf" || target.name == "__assertfail";
    if (known != functions.end() && !known->external) {
      info.function = static_cast<uint32_t>(known - functions.begin());
      program_.functions[index_].callees.push_back(info.function);
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
  allow(inst, {"cta", "sync", "arrive", "red", "popc", "and", "or", "pred", "u32", "aligned"});
  BarrierInfo info;
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
  if (opcode == "shfl" && inst.has("sync")) {
    allow(inst, {"sync", "up", "down", "bfly", "idx", "b32"}, 3);
    info.op = inst.has("up")     ? CollectiveOp::shfl_up
              : inst.has("down") ? CollectiveOp::shfl_down
              : inst.has("bfly") ? CollectiveOp::shfl_bfly
                                 : CollectiveOp::shfl_idx;
    result(operand());
    info.a = source(inst, operand(), Row::b32);
    info.b = source(inst, operand(), Row::b32);
    info.c = source(inst, operand(), Row::b32);
  } else if (opcode == "vote" && inst.has("sync")) {
    allow(inst, {"sync", "all", "any", "uni", "ballot", "pred", "b32"}, 3);
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
    if (inst.modifiers.back() == "f32") refuse(inst, "floating-point redux needs a newer GPU");
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
