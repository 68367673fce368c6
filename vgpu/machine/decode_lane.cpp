// Operands become rows; lane-wise instructions and moves.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "vgpu/machine/address.h"
#include "vgpu/machine/clock.h"
#include "vgpu/machine/decoder.h"

namespace vgpu {

namespace {

struct SpecialName {
  const char* name;
  Special special;
};

constexpr SpecialName kSpecials[] = {
    {"%tid.x", Special::tid_x},
    {"%tid.y", Special::tid_y},
    {"%tid.z", Special::tid_z},
    {"%ntid.x", Special::ntid_x},
    {"%ntid.y", Special::ntid_y},
    {"%ntid.z", Special::ntid_z},
    {"%ctaid.x", Special::ctaid_x},
    {"%ctaid.y", Special::ctaid_y},
    {"%ctaid.z", Special::ctaid_z},
    {"%nctaid.x", Special::nctaid_x},
    {"%nctaid.y", Special::nctaid_y},
    {"%nctaid.z", Special::nctaid_z},
    {"%laneid", Special::laneid},
    {"%warpid", Special::warpid},
    {"%nwarpid", Special::nwarpid},
    {"%smid", Special::smid},
    {"%nsmid", Special::nsmid},
    {"%gridid", Special::gridid},
    {"%lanemask_eq", Special::lanemask_eq},
    {"%lanemask_le", Special::lanemask_le},
    {"%lanemask_lt", Special::lanemask_lt},
    {"%lanemask_ge", Special::lanemask_ge},
    {"%lanemask_gt", Special::lanemask_gt},
    {"%dynamic_smem_size", Special::dynamic_smem_size},
    {"%total_smem_size", Special::total_smem_size},
};

/// 80 for sm_80 and sm_80a.
int target_of(const ptx::Module& module) {
  const size_t digit = module.target.find_first_of("0123456789");
  return digit == std::string::npos ? 0 : std::atoi(module.target.c_str() + digit);
}

uint32_t row_bytes(Row kind) { return static_cast<uint32_t>(kind) * kLanes; }

Carry carry_of(const Op& op) {
  const auto starts = [&](const char* text) { return op.name.rfind(text, 0) == 0; };
  const auto holds = [&](const char* text) { return op.name.find(text) != std::string::npos; };
  if (starts("selp.")) return Carry::select;
  if (op.name == "and.pred") return Carry::and_pred;
  if (op.name == "or.pred") return Carry::or_pred;
  if (starts("setp.") && holds(".and.")) return Carry::setp_and;
  if (starts("setp.") && holds(".or.")) return Carry::setp_or;
  if (starts("setp.eq.") || starts("setp.ne.")) return Carry::equality;
  if (starts("and.b")) return Carry::bits_and;
  if (starts("mov.")) return Carry::copy;
  if (starts("pack2.")) return Carry::pack;
  if (starts("unpack2.")) return Carry::unpack;
  // Two numbers in, two out; cvt and set make them of something else.
  const bool pair = op.name.ends_with(".f16x2") || op.name.ends_with(".bf16x2");
  return pair && op.d[0] == Row::b32 && !starts("cvt.") && !starts("set.") ? Carry::halves : Carry::all;
}

}  // namespace

Kind kind_of(const ptx::Instruction& inst) {
  const std::string& op = inst.opcode;
  const auto is = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return op == name; });
  };
  const std::string type = inst.modifiers.empty() ? std::string() : inst.modifiers.back();
  const bool f32 = type == "f32" || type.rfind("f16", 0) == 0 || type.rfind("bf16", 0) == 0;
  if (is({"ld", "ldu", "ldmatrix"})) return Kind::load;
  if (is({"st", "stmatrix"})) return Kind::store;
  if (op == "cp") return Kind::copy;
  if (is({"atom", "red"})) return Kind::atomic;
  if (op == "mma") return Kind::tensor;
  if (op == "wmma") {
    return inst.modifiers.empty() || inst.modifiers[0] == "mma" ? (type == "f64" ? Kind::tensor : Kind::tensor_pair)
           : inst.modifiers[0] == "load"                        ? Kind::load
                                                                : Kind::store;
  }
  if (is({"bra", "brx", "call", "ret", "exit", "trap"})) return Kind::control;
  if (op == "bar" || op == "barrier")
    return inst.modifiers.empty() || inst.modifiers[0] != "warp" ? Kind::barrier : Kind::control;
  if (op == "cvt") return Kind::conversion;
  if (is({"rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh"}) || (op == "div" && f32)) return Kind::special;
  if (is({"mov", "cvta", "ld.param"})) return Kind::other;
  if (type == "f64") return Kind::fp64;
  if (f32) return Kind::fp32;
  return Kind::integer;
}

void Decoder::refuse(const Instruction& inst, const std::string& why) const {
  const Place place = place_at(program_.module, inst.location);
  throw LoadError(fmt::format("the virtual GPU cannot run `{}`: {} (PTX line {}, in {})", inst.text(), why,
                              inst.ptx_line, function_.name),
                  place.file, place.line);
}

const ptx::Variable& Decoder::variable(const Operand& operand) const {
  return ptx::variable_of(program_.module, function_, operand);
}

uint32_t Decoder::register_row(const Operand& operand) const { return rows_[static_cast<size_t>(operand.index)]; }

int Decoder::register_bytes(const Operand& operand) const {
  return function_.registers[static_cast<size_t>(operand.index)].bytes;
}

uint32_t Decoder::scratch_row(Row kind) {
  const auto [it, added] = scratch_.try_emplace(kind, 0);
  if (added) it->second = kind == Row::pred ? add_row(4) : add_row(row_bytes(kind));
  return it->second;
}

uint32_t Decoder::constant_row(Row kind, uint64_t value) {
  const auto bytes = static_cast<uint8_t>(kind);
  const auto [it, added] = constants_.try_emplace({bytes, value}, 0);
  if (added) {
    it->second = kind == Row::pred ? add_row(4) : add_row(row_bytes(kind));
    program_.functions[index_].constants.push_back({it->second, bytes, value});
  }
  return it->second;
}

uint32_t Decoder::carry_row() {
  if (carry_ == kNone) carry_ = add_row(4);
  return carry_;
}

uint32_t Decoder::special_row(const Instruction& inst, const std::string& name, Row kind) {
  if (name == "WARP_SZ") return constant_row(kind, kLanes);
  if (name.rfind("%envreg", 0) == 0) return constant_row(kind, 0);
  for (const SpecialName& known : kSpecials) {
    if (name != known.name) continue;
    if (kind != Row::b32) refuse(inst, fmt::format("{} is a 32-bit register", name));
    const auto [it, added] = specials_.try_emplace(name, 0);
    if (added) {
      it->second = add_row(row_bytes(Row::b32));
      program_.functions[index_].specials.push_back({known.special, it->second});
    }
    return it->second;
  }
  refuse(inst, fmt::format("the special register {} is not there", name));
}

uint64_t Decoder::variable_address(const Instruction& inst, const Operand& operand) const {
  const ptx::Variable& v = variable(operand);
  const auto offset = static_cast<uint64_t>(operand.value);
  switch (v.space) {
    case ptx::Space::global:
    case ptx::Space::constant:
      for (const ModuleVariable& known : program_.variables) {
        if (known.name == v.name) return slot_address(known.slot) + offset;
      }
      break;
    case ptx::Space::shared: {
      if (v.external) return shared_address(0) + offset;
      // Module variables come first, then each function's, in the order lay_out_module() met them.
      uint32_t slot = 1;
      for (const ptx::Variable& known : program_.module.variables) {
        if (known.space != ptx::Space::shared || known.external) continue;
        if (&known == &v) return shared_address(slot) + offset;
        ++slot;
      }
      for (const ptx::Function& function : program_.module.functions) {
        for (const ptx::Variable& known : function.variables) {
          if (known.space != ptx::Space::shared || known.external) continue;
          if (&known == &v) return shared_address(slot) + offset;
          ++slot;
        }
      }
      break;
    }
    default:
      break;
  }
  refuse(inst, fmt::format("the address of {} cannot be taken here", v.name));
}

uint64_t Decoder::immediate(const Instruction& inst, const Operand& operand, Row kind) const {
  const auto value = static_cast<uint64_t>(operand.value);
  switch (operand.kind) {
    case Operand::Kind::integer:
      switch (kind) {
        case Row::pred:
          return value != 0;
        case Row::b16:
          return value & 0xffff;
        case Row::b32:
          return value & 0xffffffff;
        default:
          return value;
      }
    case Operand::Kind::float32:
      if (kind == Row::b64)
        return std::bit_cast<uint64_t>(static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(value))));
      return value & 0xffffffff;
    case Operand::Kind::float64:
      if (kind == Row::b32) return std::bit_cast<uint32_t>(static_cast<float>(std::bit_cast<double>(value)));
      return value;
    default:
      refuse(inst, "an operand is not a number where one is needed");
  }
}

uint32_t Decoder::source(const Instruction& inst, const Operand& operand, Row kind) {
  switch (operand.kind) {
    case Operand::Kind::reg: {
      const int bytes = register_bytes(operand);
      const int wanted = static_cast<int>(kind);
      if (bytes != wanted && !(wanted == 2 && bytes == 1)) {
        refuse(inst, fmt::format("register {} has {} bits where {} are needed",
                                 function_.registers[static_cast<size_t>(operand.index)].name, bytes * 8, wanted * 8));
      }
      if (kind == Row::pred && operand.negated) {
        const Op* op = ops_.find("not.pred");
        const uint32_t row = add_row(4);
        Instruction plain = inst;
        plain.guard = -1;  // for every lane: the guard may be overwritten by the instruction itself
        emit_lane(plain, *op, {row}, {register_row(operand)});
        return row;
      }
      return register_row(operand);
    }
    case Operand::Kind::integer:
    case Operand::Kind::float32:
    case Operand::Kind::float64:
      return constant_row(kind, immediate(inst, operand, kind));
    case Operand::Kind::special:
      return special_row(inst, operand.name, kind);
    case Operand::Kind::variable:
      return constant_row(kind, variable_address(inst, operand));
    case Operand::Kind::function:
      for (size_t i = 0; i < program_.functions.size(); ++i) {
        if (program_.functions[i].name == operand.name) return constant_row(kind, slot_base(kFunctionSlot) + 16 * i);
      }
      refuse(inst, fmt::format("there is no function {}", operand.name));
    default:
      refuse(inst, "an operand of this kind is not known here");
  }
}

uint32_t Decoder::destination(const Instruction& inst, const Operand& operand, Row kind) {
  if (operand.kind == Operand::Kind::sink) return scratch_row(kind);
  if (operand.kind != Operand::Kind::reg) refuse(inst, "the destination is not a register");
  const int bytes = register_bytes(operand);
  if (bytes != static_cast<int>(kind) && !(kind == Row::b16 && bytes == 1)) {
    refuse(inst, fmt::format("register {} has {} bits where {} are needed",
                             function_.registers[static_cast<size_t>(operand.index)].name, bytes * 8,
                             static_cast<int>(kind) * 8));
  }
  return register_row(operand);
}

Inst& Decoder::emit(const Instruction& inst, Code code) {
  Inst decoded;
  decoded.code = code;
  decoded.kind = kind_of(inst);
  if (inst.guard >= 0) {
    decoded.guard = rows_[static_cast<size_t>(inst.guard)];
    decoded.guard_negated = inst.guard_negated;
  }
  program_.code.push_back(decoded);
  program_.location.push_back(inst.location);
  program_.ptx_line.push_back(inst.ptx_line);
  return program_.code.back();
}

void Decoder::emit_lane(const Instruction& inst, const Op& op, std::vector<uint32_t> d, std::vector<uint32_t> s) {
  Inst& decoded = emit(inst, Code::lane);
  decoded.full = op.full;
  decoded.masked = op.masked;
  decoded.carry = carry_of(op);
  if (decoded.carry == Carry::bits_and) decoded.row_bytes = static_cast<uint8_t>(op.s[0]);
  std::fill(std::begin(decoded.rows.d), std::end(decoded.rows.d), kNoDestination);
  std::copy(d.begin(), d.end(), decoded.rows.d);
  std::copy(s.begin(), s.end(), decoded.rows.s);
}

const Op* Decoder::find_op(const Instruction& inst, std::string& name) const {
  name = inst.text();
  const bool two_results =
      !inst.operands.empty() && inst.operands[0].kind == Operand::Kind::vector && inst.operands[0].name == "|";
  if (two_results) name += "|";
  if (inst.opcode == "cvt" && inst.modifiers.size() >= 2 && inst.operands.size() >= 2) {
    // convert.cpp's names for registers wider than their types.
    const auto wide = [&](const Operand& operand, const std::string& type) {
      if (operand.kind != Operand::Kind::reg) return std::string();
      const int bits = std::max(register_bytes(operand), 2) * 8;
      return bits == bytes_of_type(type) * 8 ? std::string() : fmt::format("@{}", bits);
    };
    const std::string& to = inst.modifiers[inst.modifiers.size() - 2];
    const std::string& from = inst.modifiers.back();
    const std::string d = wide(inst.operands[0], to);
    const std::string s = wide(inst.operands[1], from);
    if (!d.empty() || !s.empty()) {
      std::string with = "cvt";
      for (size_t i = 0; i + 2 < inst.modifiers.size(); ++i) with += "." + inst.modifiers[i];
      with += d + "." + to + "." + from + s;
      if (const Op* op = ops_.find(with)) return op;
    }
  }
  return ops_.find(name);
}

/// Refuses what came with a later GPU than the file is made for, as ptxas does.
void Decoder::check_target(const Instruction& inst) const {
  const bool eight_bits =
      inst.opcode == "cvt" && std::any_of(inst.modifiers.begin(), inst.modifiers.end(), [](const std::string& m) {
        return m.starts_with("e4m3") || m.starts_with("e5m2");
      });
  const int needed = inst.has("xorsign") ? 86 : eight_bits ? 89 : 0;
  const int target = target_of(program_.module);
  if (target < needed) {
    refuse(inst, fmt::format("it needs .target sm_{} or later, and the file is made for sm_{}", needed, target));
  }
}

bool Decoder::decode_lane(const Instruction& inst) {
  std::string name;
  const Op* op = find_op(inst, name);
  if (op == nullptr) return false;
  check_target(inst);
  std::vector<uint32_t> d, s;
  size_t next = 0;
  // Destinations: one operand, `a|b`, or a carry flag that the text does not name.
  const bool pair =
      !inst.operands.empty() && inst.operands[0].kind == Operand::Kind::vector && inst.operands[0].name == "|";
  if (inst.operands.empty()) refuse(inst, "its operands are missing");
  if (pair) {
    for (size_t i = 0; i < 2; ++i) d.push_back(destination(inst, inst.operands[0].elements[i], op->d[i]));
  } else {
    d.push_back(destination(inst, inst.operands[0], op->d[0]));
    if (op->carry_out) d.push_back(carry_row());
  }
  next = 1;
  int64_t fixed = 0;
  size_t sources = 0;
  for (int i = 0; i < 4; ++i) {
    if (i == op->immediate_source) {
      if (next >= inst.operands.size()) refuse(inst, "an operand is missing");
      fixed = static_cast<int64_t>(immediate(inst, inst.operands[next++], Row::b32));
      continue;
    }
    if (op->s[i] == Row::none) break;
    const bool last = i == 3 || op->s[i + 1] == Row::none;
    if (op->carry_in && last) {
      s.push_back(carry_row());
    } else {
      if (next >= inst.operands.size()) refuse(inst, "an operand is missing");
      s.push_back(source(inst, inst.operands[next++], op->s[i]));
    }
    ++sources;
  }
  if (next != inst.operands.size())
    refuse(inst, fmt::format("it has {} operands, {} were expected", inst.operands.size(), next));
  emit_lane(inst, *op, std::move(d), std::move(s));
  program_.code.back().rows.imm = fixed;
  return true;
}

void Decoder::decode_mov(const Instruction& inst) {
  if (inst.operands.size() != 2 || inst.modifiers.empty()) refuse(inst, "it needs two operands");
  const Operand& to = inst.operands[0];
  const Operand& from = inst.operands[1];
  const std::string& type = inst.modifiers.back();
  if (to.kind == Operand::Kind::vector || from.kind == Operand::Kind::vector) return decode_vector_mov(inst, type);
  if (from.kind == Operand::Kind::special &&
      (from.name.rfind("%clock", 0) == 0 || from.name.rfind("%globaltimer", 0) == 0)) {
    return decode_clock(inst, from.name);
  }
  if (from.kind == Operand::Kind::variable) {
    const ptx::Variable& v = variable(from);
    const int bytes = to.kind == Operand::Kind::reg ? register_bytes(to) : 0;
    if (bytes != 4 && bytes != 8) refuse(inst, "an address needs a register of 32 or 64 bits");
    if (v.space == ptx::Space::local) {
      // Depends on how deep the call is: a step that adds the stack offset.
      const auto at = static_cast<size_t>(from.index);
      Inst& decoded = emit(inst, Code::step);
      decoded.step = bytes == 8 ? local_address_step<uint64_t> : local_address_step<uint32_t>;
      decoded.rows.d[0] = register_row(to);
      decoded.rows.imm = kLocalStart + static_cast<int64_t>(local_offsets_[at]) + from.value;
      return;
    }
    if (v.space == ptx::Space::param) {
      if (!function_.entry) refuse(inst, "the address of a device function's parameter cannot be taken");
      const Row kind = bytes == 8 ? Row::b64 : Row::b32;
      const uint32_t row =
          constant_row(kind, areas_[static_cast<size_t>(from.index)].frame_offset + static_cast<uint64_t>(from.value));
      emit_lane(inst, *ops_.find(kind == Row::b64 ? "mov.b64" : "mov.b32"), {register_row(to)}, {row});
      return;
    }
  }
  if (!decode_lane(inst)) refuse(inst, "this form of mov is not there");
}

void Decoder::decode_vector_mov(const Instruction& inst, const std::string& type) {
  const Operand& to = inst.operands[0];
  const Operand& from = inst.operands[1];
  const int bits = bytes_of_type(type) * 8;
  if (from.kind == Operand::Kind::vector) {
    const std::string name = fmt::format("pack{}.b{}", from.elements.size(), bits);
    const Op* op = ops_.find(name);
    if (op == nullptr) refuse(inst, "this way of packing is not there");
    std::vector<uint32_t> s;
    for (size_t i = 0; i < from.elements.size(); ++i) s.push_back(source(inst, from.elements[i], op->s[i]));
    emit_lane(inst, *op, {destination(inst, to, op->d[0])}, std::move(s));
    return;
  }
  if (to.elements.size() == 2) {
    const Op* op = ops_.find(fmt::format("unpack2.b{}", bits));
    if (op == nullptr) refuse(inst, "this way of unpacking is not there");
    std::vector<uint32_t> d;
    // Two sinks need two rows, or the second would be the first's.
    for (size_t i = 0; i < 2; ++i) {
      d.push_back(to.elements[i].kind == Operand::Kind::sink ? add_row(row_bytes(op->d[i]))
                                                             : destination(inst, to.elements[i], op->d[i]));
    }
    emit_lane(inst, *op, std::move(d), {source(inst, from, op->s[0])});
    return;
  }
  const size_t parts = to.elements.size();
  for (size_t i = 0; i < parts; ++i) {
    if (to.elements[i].kind == Operand::Kind::sink) continue;
    const Op* op =
        parts == 0 ? nullptr : ops_.find(fmt::format("extract.{}.b{}.b{}", i, bits / static_cast<int>(parts), bits));
    if (op == nullptr) refuse(inst, "this way of unpacking is not there");
    emit_lane(inst, *op, {destination(inst, to.elements[i], op->d[0])}, {source(inst, from, op->s[0])});
  }
}

void Decoder::decode_clock(const Instruction& inst, const std::string& name) {
  Inst& decoded = emit(inst, Code::step);
  const Operand& to = inst.operands[0];
  const bool wide = name == "%clock64" || name == "%globaltimer";
  decoded.rows.d[0] = destination(inst, to, wide ? Row::b64 : Row::b32);
  const bool upper = name == "%clock_hi" || name == "%globaltimer_hi";
  decoded.step = wide ? clock_step<uint64_t, false> : upper ? clock_step<uint32_t, true> : clock_step<uint32_t, false>;
}

}  // namespace vgpu
