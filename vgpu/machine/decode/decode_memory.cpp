// Loads, stores, atomics, and conversions between address spaces.

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/instructions/atomic.h"
#include "vgpu/machine/instructions/clock.h"
#include "vgpu/machine/instructions/load_store.h"
#include "vgpu/machine/memory/address.h"

namespace vgpu {

namespace {

bool parse_space(const std::string& name, ptx::Space& space) {
  if (name == "global")
    space = ptx::Space::global;
  else if (name == "shared" || name == "shared::cta")
    space = ptx::Space::shared;
  else if (name == "local")
    space = ptx::Space::local;
  else if (name == "const")
    space = ptx::Space::constant;
  else if (name == "param" || name == "param::entry" || name == "param::func")
    space = ptx::Space::param;
  else
    return false;
  return true;
}

// Modifiers that say how an access is cached or ordered: every access here is done at once and in order.
bool is_hint(const std::string& m) {
  static const char* const known[] = {"ca",   "cg",   "cs",       "lu",      "cv",      "wb",      "wt",
                                      "nc",   "weak", "volatile", "relaxed", "acquire", "release", "acq_rel",
                                      "mmio", "cta",  "cluster",  "gpu",     "sys",     "unified", "noftz"};
  if (std::find(std::begin(known), std::end(known), m) != std::end(known)) return true;
  return m.rfind("L1::", 0) == 0 || m.rfind("L2::", 0) == 0;
}

bool is_signed(const std::string& type) { return !type.empty() && type[0] == 's'; }

uint64_t window_of(ptx::Space space) {
  switch (space) {
    case ptx::Space::shared:
      return slot_base(kSharedSlot);
    case ptx::Space::local:
      return slot_base(kLocalSlot);
    case ptx::Space::param:
      return slot_base(kParamSlot);
    default:
      return 0;
  }
}

void isspacep_step(Warp& warp, const Inst& inst, uint32_t mask) {
  const uint64_t* address = row_at<uint64_t>(warp.registers, inst.rows.s[0]);
  const auto space = static_cast<ptx::Space>(inst.rows.imm);
  uint32_t* d = row_at<uint32_t>(warp.registers, inst.rows.d[0]);
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const uint64_t slot = address[l] >> kSlotBits;
    bool in = false;
    switch (space) {
      case ptx::Space::shared:
        in = slot == kSharedSlot;
        break;
      case ptx::Space::local:
        in = slot == kLocalSlot;
        break;
      case ptx::Space::param:
        in = slot == kParamSlot;
        break;
      case ptx::Space::constant:
        in = false;
        break;
      default:
        in = slot < kSharedSlot;
        break;
    }
    *d = in ? (*d | 1u << l) : (*d & ~(1u << l));
  }
}

}  // namespace

bool talks_between_blocks(const std::string& m) {
  return m == "volatile" || m == "relaxed" || m == "acquire" || m == "release" || m == "acq_rel" || m == "mmio";
}

MemoryInfo Decoder::memory_operand(const Instruction& inst, const Operand& address) {
  MemoryInfo info;
  const bool element = address.kind == Operand::Kind::variable;  // name[i] stands without brackets around it
  if (!element && (address.kind != Operand::Kind::address || address.elements.empty()))
    refuse(inst, "an address is missing");
  if (address.elements.size() > 1) refuse(inst, "texture and tensor coordinates are not there");
  info.offset = element ? 0 : address.value;
  const Operand& base = element ? address : address.elements[0];
  switch (base.kind) {
    case Operand::Kind::reg: {
      const int bytes = register_bytes(base);
      if (bytes != 4 && bytes != 8) refuse(inst, "an address needs a register of 32 or 64 bits");
      info.base = register_row(base);
      info.address_is_32 = bytes == 4;
      break;
    }
    case Operand::Kind::variable: {
      const ptx::Variable& v = variable(base);
      if (v.space == ptx::Space::local) {
        // The stack offset is only known at run time: take the address into a register first.
        const uint32_t row = add_row(8 * kLanes);
        Instruction plain = inst;
        plain.guard = -1;
        emit_local_address(plain, base, row, 8);
        info.base = row;
      } else if (v.space == ptx::Space::param) {
        const ParamArea& area = areas_[static_cast<size_t>(base.index)];
        info.lane_stride = area.stride;
        if (area.stride == 0) {
          info.offset += area.frame_offset;
        } else {
          info.frame_offset = area.frame_offset;
        }
        info.offset += base.value;
        if (area.stride != 0 && (info.offset < 0 || info.offset >= area.stride))
          refuse(inst, "it is outside its parameter");
      } else {
        info.offset += static_cast<int64_t>(variable_address(inst, base));
      }
      break;
    }
    default:
      info.offset += base.value;
      break;
  }
  return info;
}

/// Of an access with an order of its own, whether it may be one to shared memory for the block's threads.
void Decoder::note_order(const Instruction& inst, ptx::Space space, bool ordered) {
  if (ordered && (space == ptx::Space::shared || (space == ptx::Space::generic && inst.has("cta"))))
    program_.orders_by_words = true;
}

void Decoder::decode_load_store(const Instruction& inst, bool load) {
  ptx::Space space = ptx::Space::generic;
  uint8_t elements = 1;
  std::string type;
  bool talks = false;
  for (const std::string& m : inst.modifiers) {
    if (parse_space(m, space) || is_hint(m)) {
      talks = talks || talks_between_blocks(m);
      continue;
    }
    if (m == "v2")
      elements = 2;
    else if (m == "v4")
      elements = 4;
    else if (m == "v8")
      elements = 8;
    else if (bytes_of_type(m) != 0)
      type = m;
    else
      refuse(inst, fmt::format("the modifier .{} is not known", m));
  }
  if (inst.operands.size() < 2 || type.empty()) refuse(inst, "an operand or the type is missing");
  // A third operand is a cache policy, which changes nothing here.
  const Operand& address = load ? inst.operands[1] : inst.operands[0];
  const Operand& whole = load ? inst.operands[0] : inst.operands[1];
  // Triton writes a single register in braces.
  const bool one = whole.kind == Operand::Kind::vector && whole.elements.size() == 1 && elements == 1;
  const Operand& data = one ? whole.elements[0] : whole;
  MemoryInfo info = memory_operand(inst, address);
  info.space = space;
  info.width = static_cast<uint8_t>(bytes_of_type(type));
  info.elements = elements;
  info.sign_extend = is_signed(type);
  if (elements > 1 && (data.kind != Operand::Kind::vector || data.elements.size() != elements)) {
    refuse(inst, "its vector has another length");
  }
  for (size_t e = 0; e < elements; ++e) {
    const Operand& part = elements > 1 ? data.elements[e] : data;
    Row kind = info.width <= 2 ? Row::b16 : static_cast<Row>(info.width);
    if (part.kind == Operand::Kind::reg) {
      const int bytes = std::max(register_bytes(part), 2);
      if (register_bytes(part) == 0 || bytes < info.width) refuse(inst, "its register is too narrow");
      kind = static_cast<Row>(bytes);
    }
    info.register_bytes[e] = static_cast<uint8_t>(kind);
    if (part.kind == Operand::Kind::sink) {
      info.rows[e] = add_row(static_cast<uint32_t>(kind) * kLanes);
    } else {
      info.rows[e] = load ? destination(inst, part, kind) : source(inst, part, kind);
    }
  }
  const bool global = space == ptx::Space::generic || space == ptx::Space::global;
  const bool shared = space == ptx::Space::generic || space == ptx::Space::shared;
  info.strong = talks;
  info.is_volatile = inst.has("volatile");
  info.releases = !load && inst.has("release");
  info.acquires = load && inst.has("acquire");
  note_order(inst, space, info.releases || info.acquires);
  if (shared && info.width < 4) program_.narrow_shared = true;
  if (global) program_.narrowest_global = std::min(program_.narrowest_global, info.width);
  if (talks && global) program_.blocks_may_talk = true;
  if (space == ptx::Space::param) return decode_parameter_access(inst, load, std::move(info));
  info.merge = merge_;
  const bool looks = load && talks && elements == 1;
  Inst& decoded = emit(inst, looks ? Code::look : Code::step);
  decoded.step = looks                  ? load_and_look_step
                 : !load                ? store_step
                 : is_shared_word(info) ? load_shared_word_step
                                        : load_step;
  decoded.info = own(std::move(info));
}

void Decoder::decode_parameter_access(const Instruction& inst, bool load, MemoryInfo info) {
  if (info.lane_stride == 0 && !load) refuse(inst, "a kernel's parameters cannot be written");
  if (info.lane_stride != 0 && info.base != kNone) refuse(inst, "a call's parameter cannot be indexed at run time");
  if (info.lane_stride != 0 &&
      info.offset + int64_t{info.width} * info.elements > static_cast<int64_t>(info.lane_stride)) {
    refuse(inst, "it is outside its parameter");
  }
  Inst& decoded = emit(inst, Code::step);
  decoded.step = info.lane_stride == 0 ? load_parameter_step : load ? load_area_step : store_area_step;
  decoded.info = own(std::move(info));
}

void Decoder::decode_atomic(const Instruction& inst) {
  AtomicInfo info;
  std::string type;
  bool has_op = false;
  ptx::Space space = ptx::Space::generic;
  static constexpr std::pair<const char*, AtomicOp> kOps[] = {
      {"add", AtomicOp::add},   {"min", AtomicOp::min},  {"max", AtomicOp::max}, {"inc", AtomicOp::inc},
      {"dec", AtomicOp::dec},   {"and", AtomicOp::and_}, {"or", AtomicOp::or_},  {"xor", AtomicOp::xor_},
      {"exch", AtomicOp::exch}, {"cas", AtomicOp::cas}};
  for (const std::string& m : inst.modifiers) {
    if (parse_space(m, space) || is_hint(m)) continue;
    const auto known = std::find_if(std::begin(kOps), std::end(kOps), [&](const auto& op) { return m == op.first; });
    if (known != std::end(kOps)) {
      info.op = known->second;
      has_op = true;
    } else if (bytes_of_type(m) != 0) {
      type = m;
    } else {
      refuse(inst, fmt::format("the modifier .{} is not known", m));
    }
  }
  const bool red = inst.opcode == "red";
  const size_t wanted = (red ? 2 : 3) + (info.op == AtomicOp::cas ? 1 : 0);
  if (!has_op || type.empty() || inst.operands.size() < wanted)
    refuse(inst, "an operand, the operation or the type is missing");
  static constexpr std::pair<const char*, AtomicType> kTypes[] = {
      {"u32", AtomicType::u32},    {"b32", AtomicType::u32},    {"s32", AtomicType::s32},  {"u64", AtomicType::u64},
      {"b64", AtomicType::u64},    {"s64", AtomicType::s64},    {"f32", AtomicType::f32},  {"f64", AtomicType::f64},
      {"b16", AtomicType::u16},    {"b128", AtomicType::b128},  {"f16", AtomicType::half}, {"bf16", AtomicType::half},
      {"f16x2", AtomicType::half}, {"bf16x2", AtomicType::half}};
  const auto known = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const auto& t) { return type == t.first; });
  if (known == std::end(kTypes)) refuse(inst, fmt::format("atomics on .{} are not there", type));
  info.type = known->second;
  info.releases = inst.has("release") || inst.has("acq_rel");
  info.acquires = inst.has("acquire") || inst.has("acq_rel");
  note_order(inst, space, info.releases || info.acquires);
  const bool floating = type[0] == 'f' || type.rfind("bf", 0) == 0;
  if (floating && info.op != AtomicOp::add) refuse(inst, "only add is there for floating-point atomics");
  if ((info.type == AtomicType::b128 || info.type == AtomicType::u16) && info.op != AtomicOp::cas &&
      info.op != AtomicOp::exch) {
    refuse(inst, "only exch and cas are there for this type");
  }
  if (info.type == AtomicType::half) {
    const Op* add = ops_.find("add." + type);
    if (add == nullptr) refuse(inst, "there is no addition of this type");
    info.half_add = add->masked;
  }
  const Row kind = static_cast<Row>(bytes_of_type(type));
  size_t next = 0;
  const Operand* result = red ? nullptr : &inst.operands[next++];
  info.memory = memory_operand(inst, inst.operands[next++]);
  info.memory.space = space;
  info.memory.width = static_cast<uint8_t>(bytes_of_type(type));
  info.b = source(inst, inst.operands[next++], kind);
  if (info.op == AtomicOp::cas) info.c = source(inst, inst.operands[next++], kind);
  if (result != nullptr && result->kind != Operand::Kind::sink) info.result = destination(inst, *result, kind);
  if (space != ptx::Space::shared) program_.blocks_may_talk = true;
  // Loops wait for other threads by atomics that give them a result.
  Inst& decoded = emit(inst, info.result != kNone ? Code::look : Code::step);
  decoded.step = atomic_step;
  decoded.info = own(std::move(info));
}

void Decoder::decode_cvta(const Instruction& inst) {
  const bool to = !inst.modifiers.empty() && inst.modifiers[0] == "to";
  ptx::Space space = ptx::Space::generic;
  for (const std::string& m : inst.modifiers) {
    if (m != "to" && m != "u64" && !parse_space(m, space))
      refuse(inst, fmt::format("the modifier .{} is not known", m));
  }
  if (inst.operands.size() != 2 || inst.modifiers.back() != "u64") refuse(inst, "only 64-bit addresses are converted");
  if (space == ptx::Space::param) refuse(inst, "a parameter has no generic address here: pass the value or a pointer");
  const uint32_t d = destination(inst, inst.operands[0], Row::b64);
  const bool local =
      inst.operands[1].kind == Operand::Kind::variable && variable(inst.operands[1]).space == ptx::Space::local;
  if (local) emit_local_address(inst, inst.operands[1], d, 8);
  const uint32_t s = local ? d : source(inst, inst.operands[1], Row::b64);
  const uint64_t window = window_of(space);
  if (window == 0) {
    emit_lane(inst, *ops_.find("mov.b64"), {d}, {s});
  } else {
    emit_lane(inst, *ops_.find(to ? "sub.s64" : "add.s64"), {d}, {s, constant_row(Row::b64, window)});
  }
}

void Decoder::decode_isspacep(const Instruction& inst) {
  ptx::Space space = ptx::Space::generic;
  if (inst.operands.size() != 2 || inst.modifiers.empty() || !parse_space(inst.modifiers[0], space)) {
    refuse(inst, "it needs a space and two operands");
  }
  const uint32_t d = destination(inst, inst.operands[0], Row::pred);
  const uint32_t s = source(inst, inst.operands[1], Row::b64);
  Inst& decoded = emit(inst, Code::step);
  decoded.step = isspacep_step;
  decoded.rows.d[0] = d;
  decoded.rows.s[0] = s;
  decoded.rows.imm = static_cast<int64_t>(space);
}

}  // namespace vgpu
