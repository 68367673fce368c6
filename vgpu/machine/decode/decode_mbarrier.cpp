// mbarrier.* and cp.async.mbarrier.arrive; and what newer GPUs have that this one has not.

#include <fmt/format.h>

#include <algorithm>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/instructions/mbarrier.h"
#include "vgpu/machine/warp.h"

namespace vgpu {

const char* newer_feature(const ptx::Instruction& inst) {
  const std::string& op = inst.opcode;
  const auto starts = [&](const char* what) {
    return std::any_of(inst.modifiers.begin(), inst.modifiers.end(),
                       [&](const std::string& m) { return m.rfind(what, 0) == 0; });
  };
  if (op == "wgmma") return "matrix products of a warpgroup (wgmma) need sm_90a";
  if (op == "tcgen05") return "tensor memory and its matrix products (tcgen05) need sm_100a";
  if (op == "tensormap" || starts("tensormap") || (op == "cp" && inst.has("bulk")))
    return "the bulk copy engine (TMA) needs sm_90";
  if ((op == "red" || op == "st") && inst.has("async")) return "asynchronous stores into a cluster need sm_90";
  if (op == "mapa" || op == "getctarank" || inst.has("cluster") || inst.has("shared::cluster"))
    return "thread block clusters need sm_90";
  if (op == "griddepcontrol") return "a launch that depends on another's progress (griddepcontrol) needs sm_90";
  if (op == "clusterlaunchcontrol") return "taking over a cluster's work (clusterlaunchcontrol) needs sm_100";
  if (op == "setmaxnreg") return "giving registers to other warps (setmaxnreg) needs sm_90a";
  if (op == "multimem") return "memory of several GPUs at once (multimem) needs sm_90";
  if (op == "mbarrier" && (starts("expect_tx") || starts("complete_tx")))
    return "counting an mbarrier's bytes (expect_tx) needs sm_90";
  if (op == "mbarrier" && inst.has("try_wait")) return "mbarrier.try_wait needs sm_90; mbarrier.test_wait does not";
  if (op == "redux" && inst.has("f32")) return "redux of floating-point numbers needs sm_100a";
  return nullptr;
}

void Decoder::decode_mbarrier(const Instruction& inst) {
  const bool copies = inst.opcode == "cp";
  const bool try_wait = inst.has("try_wait");
  if (inst.has("expect_tx") || inst.has("complete_tx") || (try_wait && target_of(program_.module) < 90))
    refuse(inst, newer_feature(inst));
  allow(inst,
        {"init", "inval", "arrive", "arrive_drop", "noComplete", "test_wait", "try_wait", "parity", "pending_count",
         "shared", "shared::cta", "b64", "release", "acquire", "relaxed", "cta", "async", "mbarrier", "noinc"});
  const auto operand = [&](size_t i) -> const Operand& {
    if (i >= inst.operands.size()) refuse(inst, "an operand is missing");
    return inst.operands[i];
  };
  if (inst.has("pending_count")) {
    const uint32_t d = destination(inst, operand(0), Row::b32), s = source(inst, operand(1), Row::b64);
    Inst& decoded = emit(inst, Code::step);
    decoded.step = mbarrier_pending_count_step;
    decoded.rows.d[0] = d;
    decoded.rows.s[0] = s;
    return;
  }
  MBarrierInfo info;
  info.parity = inst.has("parity");
  info.no_complete = inst.has("noComplete");
  const bool waits = try_wait || inst.has("test_wait");
  const bool arrives = !copies && (inst.has("arrive") || inst.has("arrive_drop"));
  size_t next = 0;
  if (waits) {
    info.op = MBarrierOp::test_wait;
    info.d = destination(inst, operand(next++), Row::pred);
  } else if (arrives) {
    info.op = inst.has("arrive_drop") ? MBarrierOp::drop : MBarrierOp::arrive;
    const Operand& state = operand(next++);
    if (state.kind != Operand::Kind::sink) info.d = destination(inst, state, Row::b64);
  } else if (copies) {
    info.op = inst.has("noinc") ? MBarrierOp::async_arrive_no_increase : MBarrierOp::async_arrive;
  } else if (inst.has("init") || inst.has("inval")) {
    info.op = inst.has("init") ? MBarrierOp::init : MBarrierOp::inval;
  } else {
    refuse(inst, "this form of it is not there");
  }
  info.memory = memory_operand(inst, operand(next++));
  info.memory.space = inst.has("shared") || inst.has("shared::cta") ? ptx::Space::shared : ptx::Space::generic;
  info.memory.width = 8;
  info.memory.strong = true;
  if (info.op == MBarrierOp::init || info.no_complete || (arrives && inst.operands.size() > next)) {
    info.a = source(inst, operand(next), Row::b32);
  } else if (waits) {
    info.a = source(inst, operand(next), info.parity ? Row::b32 : Row::b64);
  }
  Inst& decoded = emit(inst, waits ? Code::look : Code::step);
  decoded.step = mbarrier_step;
  decoded.info = own(std::move(info));
}

}  // namespace vgpu
