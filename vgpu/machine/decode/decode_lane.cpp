// Operands become rows; lane-wise instructions and moves.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <unordered_map>

#include "vgpu/machine/decode/decode.h"
#include "vgpu/machine/decode/decoder.h"
#include "vgpu/machine/instructions/clock.h"
#include "vgpu/machine/memory/address.h"
#include "vgpu/ptx/literal.h"

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
    {"%envreg2", Special::grid_workspace_low},
    {"%envreg1", Special::grid_workspace_high},
};

bool is_type(const std::string& modifier) {
  return modifier == "pred" || ptx::type_bytes(modifier) > 0 || bytes_of_type(modifier) != 0 ||
         modifier.starts_with("e4m3") || modifier.starts_with("e5m2");
}

/// An instruction's name with all but its types in the alphabet's order: ptxas takes modifiers in any. The width of a
/// register that is not its type's ("@32") is kept with the types.
std::string without_order(std::string_view name) {
  std::vector<std::string> parts(1);
  for (const char c : name) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::string types;
  std::vector<std::string> rest;
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t end = std::min(parts[i].find_first_of("@|"), parts[i].size());
    const std::string word = parts[i].substr(0, end), mark = parts[i].substr(end);
    if (i > 0 && is_type(word)) {
      types += "." + parts[i];
    } else {
      if (i > 0) rest.push_back(word);
      types += mark;
    }
  }
  std::sort(rest.begin(), rest.end());
  std::string sorted = parts[0].substr(0, parts[0].find('@'));
  for (const std::string& word : rest) sorted += "." + word;
  return sorted + types;
}

/// The instruction whose name has these modifiers in another order; nullptr: none.
const Op* find_in_any_order(const OpTable& table, const std::string& name) {
  static const auto index = [&table] {
    std::unordered_map<std::string, size_t> made;
    for (size_t i = 0; i < table.all().size(); ++i) made.emplace(without_order(table.all()[i].name), i);
    return made;
  }();
  const auto found = index.find(without_order(name));
  return found == index.end() ? nullptr : &table.all()[found->second];
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
  const auto last = std::find_if(inst.modifiers.rbegin(), inst.modifiers.rend(), is_type);
  const std::string type = last == inst.modifiers.rend() ? std::string() : *last;
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
  const char* const newer = newer_feature(inst);
  throw LoadError(fmt::format("the virtual GPU cannot run `{}`: {} (PTX line {}, in {})", inst.text(),
                              newer != nullptr ? newer : why, inst.ptx_line, function_.name),
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
  const bool workspace = name == "%envreg1" || name == "%envreg2";
  if (workspace) program_.uses_grid_workspace = true;
  if (name.rfind("%envreg", 0) == 0 && !workspace) return constant_row(kind, 0);
  if (name.rfind(kReservedShared, 0) == 0 && program_.reserved_shared != 0) {
    const std::string which = name.substr(kReservedShared.size());
    const uint32_t begin = shared_address(program_.reserved_shared);
    if (which == "begin" || which == "0" || which == "1") return constant_row(kind, begin);
    if (which == "end") return constant_row(kind, begin + kReservedSharedBytes);
    if (which == "cap") return constant_row(kind, kReservedSharedBytes);
  }
  if (name.rfind("%cluster", 0) == 0 || name == "%is_explicit_cluster")
    refuse(inst, fmt::format("{}: thread block clusters need sm_90", name));
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
  if (operand.scope == Operand::Scope::module) {
    const uint64_t address = program_.variable_address[static_cast<size_t>(operand.index)];
    if (address != 0) return address + offset;
  } else if (v.space == ptx::Space::shared) {
    if (v.external) return shared_address(0) + offset;
    uint32_t slot = program_.first_shared_slot[index_];
    for (const ptx::Variable& known : function_.variables) {
      if (&known == &v) return shared_address(slot) + offset;
      if (known.space == ptx::Space::shared && !known.external) ++slot;
    }
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
      if (operand.negated && kind != Row::pred) refuse(inst, "a register cannot be negated here");
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
    std::vector<std::string> types, rest;
    for (const std::string& m : inst.modifiers) (is_type(m) ? types : rest).push_back(m);
    const std::string d = types.size() == 2 ? wide(inst.operands[0], types[0]) : "";
    const std::string s = types.size() == 2 ? wide(inst.operands[1], types[1]) : "";
    if (!d.empty() || !s.empty()) {
      std::string with = "cvt";
      for (const std::string& m : rest) with += "." + m;
      with += d + "." + types[0] + "." + types[1] + s;
      if (const Op* op = ops_.find(with)) return op;
      if (const Op* op = find_in_any_order(ops_, with)) return op;
    }
  }
  const Op* op = ops_.find(name);
  return op != nullptr ? op : find_in_any_order(ops_, name);
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

// lop3.or, lop3.and: d|p, where p also says whether d is not 0, joined with the last operand.
bool Decoder::decode_lop3(const Instruction& inst) {
  if (inst.opcode != "lop3" || (!inst.has("or") && !inst.has("and"))) return false;
  allow(inst, {"or", "and", "b32"}, 2);
  const bool pair = !inst.operands.empty() && inst.operands[0].kind == Operand::Kind::vector;
  if (!pair || inst.operands[0].elements.size() != 2 || inst.operands.size() != 6)
    refuse(inst, "it needs d|p, three sources, a table and a predicate");
  const Op& lop3 = *ops_.find("lop3.b32");
  const Op& joined = *ops_.find(inst.has("or") ? "setp.ne.or.u32" : "setp.ne.and.u32");
  std::vector<uint32_t> sources;
  for (size_t i = 1; i < 4; ++i) sources.push_back(source(inst, inst.operands[i], Row::b32));
  const uint32_t with = source(inst, inst.operands[5], Row::pred);
  const uint32_t d = destination(inst, inst.operands[0].elements[0], Row::b32);
  emit_lane(inst, lop3, {d}, std::move(sources));
  program_.code.back().rows.imm = static_cast<int64_t>(immediate(inst, inst.operands[4], Row::b32));
  emit_lane(inst, joined, {destination(inst, inst.operands[0].elements[1], Row::pred)},
            {d, constant_row(Row::b32, 0), with});
  return true;
}

bool Decoder::decode_lane(const Instruction& inst) {
  if (decode_lop3(inst)) return true;
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
  if (inst.has("v2") || inst.has("v4")) return decode_mov_of_vectors(inst, type);
  if (to.kind == Operand::Kind::vector || from.kind == Operand::Kind::vector) return decode_vector_mov(inst, type);
  if (from.kind == Operand::Kind::special &&
      (from.name.rfind("%clock", 0) == 0 || from.name.rfind("%globaltimer", 0) == 0)) {
    return decode_clock(inst, from.name);
  }
  if (from.kind == Operand::Kind::special && from.name == "%gridid" && bytes_of_type(type) == 8) {
    const uint32_t d = destination(inst, to, Row::b64);
    return emit_lane(inst, *ops_.find("cvt.u64.u32"), {d}, {special_row(inst, from.name, Row::b32)});
  }
  if (from.kind == Operand::Kind::variable) {
    const ptx::Variable& v = variable(from);
    const int bytes = to.kind == Operand::Kind::reg ? register_bytes(to) : 0;
    if (bytes != 4 && bytes != 8) refuse(inst, "an address needs a register of 32 or 64 bits");
    if (v.space == ptx::Space::local) {
      return emit_local_address(inst, from, register_row(to), bytes);
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

void Decoder::emit_local_address(const Instruction& inst, const Operand& operand, uint32_t row, int bytes) {
  Inst& decoded = emit(inst, Code::step);
  decoded.step = bytes == 8 ? local_address_step<uint64_t> : local_address_step<uint32_t>;
  decoded.rows.d[0] = row;
  decoded.rows.imm =
      kLocalStart + static_cast<int64_t>(local_offsets_[static_cast<size_t>(operand.index)]) + operand.value;
}

// mov.v2, mov.v4: register by register, through others where a register is read after it was written.
void Decoder::decode_mov_of_vectors(const Instruction& inst, const std::string& type) {
  const std::vector<Operand>& to = inst.operands[0].elements;
  std::vector<Operand> from = inst.operands[1].elements;
  if (inst.operands[1].kind == Operand::Kind::special) {  // %tid and its like are x, y, z and 0
    for (const char* member : {".x", ".y", ".z"}) {
      from.push_back(inst.operands[1]);
      from.back().name += member;
    }
    from.emplace_back();
    from.back().kind = Operand::Kind::integer;
  }
  const Op* op = ops_.find("mov." + type);
  const size_t count = inst.has("v2") ? 2 : 4;
  allow(inst, {"v2", "v4", type.c_str()}, 2);
  if (op == nullptr || to.size() != count || from.size() != count) refuse(inst, "its vectors have other lengths");
  std::vector<uint32_t> d, s;
  bool overlap = false;
  for (size_t i = 0; i < count; ++i) {
    d.push_back(destination(inst, to[i], op->d[0]));
    s.push_back(source(inst, from[i], op->s[0]));
    overlap = overlap || std::find(d.begin(), d.end() - 1, s.back()) != d.end() - 1;
  }
  for (size_t i = 0; i < count && overlap; ++i) {
    const uint32_t kept = add_row(row_bytes(op->s[0]));
    emit_lane(inst, *op, {kept}, {s[i]});
    s[i] = kept;
  }
  for (size_t i = 0; i < count; ++i) emit_lane(inst, *op, {d[i]}, {s[i]});
}

// Eight bytes or 16-bit halves: in two steps.
void Decoder::decode_eight(const Instruction& inst, int bits) {
  const Operand& to = inst.operands[0];
  const Operand& from = inst.operands[1];
  const bool packs = from.kind == Operand::Kind::vector;
  const Op* quad = ops_.find(fmt::format("pack4.b{}", bits / 2));
  const Op* pair = ops_.find(fmt::format("{}.b{}", packs ? "pack2" : "unpack2", bits));
  if (quad == nullptr || pair == nullptr || (bits != 64 && bits != 128))
    refuse(inst, "this way of packing is not there");
  const uint32_t halves[] = {add_row(row_bytes(quad->d[0])), add_row(row_bytes(quad->d[0]))};
  if (!packs) emit_lane(inst, *pair, {halves[0], halves[1]}, {source(inst, from, pair->s[0])});
  for (size_t half = 0; half < 2; ++half) {
    std::vector<uint32_t> s;
    for (size_t i = 0; i < 4; ++i) {
      const size_t element = 4 * half + i;
      if (packs) {
        s.push_back(source(inst, from.elements[element], quad->s[i]));
      } else if (to.elements[element].kind != Operand::Kind::sink) {
        const Op* extract = ops_.find(fmt::format("extract.{}.b{}.b{}", i, bits / 8, bits / 2));
        emit_lane(inst, *extract, {destination(inst, to.elements[element], extract->d[0])}, {halves[half]});
      }
    }
    if (packs) emit_lane(inst, *quad, {halves[half]}, std::move(s));
  }
  if (packs) emit_lane(inst, *pair, {destination(inst, to, pair->d[0])}, {halves[0], halves[1]});
}

void Decoder::decode_vector_mov(const Instruction& inst, const std::string& type) {
  const Operand& to = inst.operands[0];
  const Operand& from = inst.operands[1];
  const int bits = bytes_of_type(type) * 8;
  if (to.elements.size() == 8 || from.elements.size() == 8) return decode_eight(inst, bits);
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
