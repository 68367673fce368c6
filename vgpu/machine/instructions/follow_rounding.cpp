#include "vgpu/machine/instructions/follow_rounding.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vgpu/machine/checks/definedness.h"

namespace vgpu {

namespace {

struct Format {
  int mantissa_bits = 0, exponent_bits = 0;
  uint32_t bytes = 0;
};
constexpr Format kHalf{10, 5, 2}, kBfloat{7, 8, 2}, kFloat{23, 8, 4}, kDouble{52, 11, 8};

enum class Arithmetic : uint8_t { other, copy, add, sub, mul, fma, div, rcp, neg, abs, min, max };

/// What an instruction does with numbers, so far as residues know.
struct Meaning {
  Arithmetic arithmetic = Arithmetic::other;
  Format format;
};

Meaning meaning_of(std::string_view name) {
  const auto has = [&](std::string_view part) { return name.find(part) != name.npos; };
  const std::string_view base = name.substr(0, name.find('.')), type = name.substr(name.rfind('.') + 1);
  Meaning meaning;
  if (base == "cvt") {
    // Another format's rounding, or the bits of a half in a wider register.
    const bool from_float = type == "f16" || type == "bf16" || type == "f32" || type == "f64";
    const bool to_float = has(".f16.") || has(".bf16.") || has(".f32.") || has(".f64.");
    meaning.format = type == "f16" ? kHalf : type == "bf16" ? kBfloat : type == "f64" ? kDouble : kFloat;
    const bool bits = name == "cvt.u32.u16" || name == "cvt.u16.u32";
    const bool whole = has(".sat") || has("i.");  // cvt.rni.f32.f32 makes an integer of it
    if (bits || (from_float && to_float && !whole)) meaning.arithmetic = Arithmetic::copy;
    return meaning;
  }
  if (type == "f16") {
    meaning.format = kHalf;
  } else if (type == "bf16") {
    meaning.format = kBfloat;
  } else if (type == "f32") {
    meaning.format = kFloat;
  } else if (type == "f64") {
    meaning.format = kDouble;
  } else {
    return meaning;
  }
  if (has(".sat") || has(".relu") || has(".xorsign")) return meaning;
  static const std::unordered_map<std::string_view, Arithmetic> known = {
      {"add", Arithmetic::add}, {"sub", Arithmetic::sub}, {"mul", Arithmetic::mul}, {"fma", Arithmetic::fma},
      {"mad", Arithmetic::fma}, {"div", Arithmetic::div}, {"rcp", Arithmetic::rcp}, {"neg", Arithmetic::neg},
      {"abs", Arithmetic::abs}, {"min", Arithmetic::min}, {"max", Arithmetic::max}};
  if (const auto found = known.find(base); found != known.end()) meaning.arithmetic = found->second;
  return meaning;
}

Meaning meaning_of(OpFn function) {
  static const std::unordered_map<OpFn, Meaning> known = [] {
    std::unordered_map<OpFn, Meaning> all;
    for (const Op& op : op_table().all()) {
      Meaning& meaning = all[op.full];  // one function goes by several names
      if (meaning.arithmetic == Arithmetic::other) meaning = meaning_of(op.name);
    }
    return all;
  }();
  const auto found = known.find(function);
  return found == known.end() ? Meaning{} : found->second;
}

uint64_t bits_of(const Warp& warp, uint32_t row, uint32_t bytes, int lane) {
  uint64_t bits = 0;
  std::memcpy(&bits, warp.registers + row + static_cast<uint32_t>(lane) * bytes, bytes);
  return bits;
}

/// The number as a double, which holds every float exactly.
double number_of(uint64_t bits, const Format& format) {
  if (format.bytes == 8) return std::bit_cast<double>(bits);
  if (format.bytes == 4) return std::bit_cast<float>(static_cast<uint32_t>(bits));
  // A half's order is that of its bits, but for the sign.
  const auto magnitude = static_cast<double>(bits & 0x7fff);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

struct Source {
  Residue residue;
  uint64_t bits = 0;
};

Residue result_of(const Meaning& meaning, const Source* s) {
  const Residue a = s[0].residue, b = s[1].residue;
  const auto number = [&](int i) { return number_of(s[i].bits, meaning.format); };
  switch (meaning.arithmetic) {
    case Arithmetic::add:
      return a + b;
    case Arithmetic::sub:
      return a + -b;
    case Arithmetic::mul:
      return a * b;
    case Arithmetic::fma:
      return a * b + s[2].residue;
    case Arithmetic::div:
      return a * b.inverse();
    case Arithmetic::rcp:
      return a.inverse();
    case Arithmetic::neg:
      return -a;
    case Arithmetic::abs:
      return number(0) < 0 ? -a : a;
    case Arithmetic::min:
      return number(1) < number(0) || number(0) != number(0) ? b : a;
    case Arithmetic::max:
      return number(1) > number(0) || number(0) != number(0) ? b : a;
    default:
      return a;
  }
}

void give(Warp& warp, uint32_t row, uint32_t mask, uint32_t lanes, const Residue* residues) {
  const size_t number = row_number(warp, row);
  warp.unrounded.forget(number, mask);
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    warp.unrounded.set(number, std::countr_zero(m), residues[std::countr_zero(m)]);
  }
}

}  // namespace

void follow_rounding(Warp& warp, const Inst& inst, uint32_t mask) {
  const OpRows& r = inst.rows;
  const Meaning meaning = meaning_of(inst.full);
  uint32_t known[4];
  for (int s = 0; s < 4; ++s) known[s] = warp.unrounded.known(row_number(warp, r.s[s])) & mask;
  const uint32_t any = known[0] | known[1] | known[2] | known[3];
  const bool computes = meaning.arithmetic != Arithmetic::other && meaning.arithmetic != Arithmetic::copy;
  const uint32_t lanes = computes ? mask : any;
  Residue residues[kLanes];
  uint32_t given = lanes;
  for (uint32_t m = lanes; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    const auto is_known = [&](int s) { return (known[s] >> l & 1) != 0; };
    const auto residue = [&](int s) { return warp.unrounded.at(row_number(warp, r.s[s]), l); };
    if (inst.carry == Carry::select) {  // what is chosen: compared as it is
      const int chosen = (*row_at<uint32_t>(warp.registers, r.s[2]) >> l & 1) != 0 ? 0 : 1;
      if (is_known(chosen))
        residues[l] = residue(chosen);
      else
        given &= ~(1u << l);
      continue;
    }
    if (inst.carry == Carry::copy || inst.carry == Carry::unpack || meaning.arithmetic == Arithmetic::copy ||
        (inst.carry == Carry::pack && !is_known(1))) {
      if (is_known(0))
        residues[l] = residue(0);
      else
        given &= ~(1u << l);
      continue;
    }
    Source sources[4];
    Residue arguments[4];
    for (int s = 0; s < 4; ++s) {
      if (r.s[s] == kNoSource) continue;
      if (computes) sources[s].bits = bits_of(warp, r.s[s], meaning.format.bytes, l);
      sources[s].residue =
          is_known(s) ? residue(s)
          : !computes ? Residue()
                      : Residue::of_float(sources[s].bits, meaning.format.mantissa_bits, meaning.format.exponent_bits);
      arguments[s] = sources[s].residue;
    }
    residues[l] = computes ? result_of(meaning, sources)
                           : Residue::of_function(reinterpret_cast<uintptr_t>(inst.full), arguments, 4);
  }
  for (int i = 0; i < 2; ++i) {
    if (r.d[i] == kNoDestination || r.d[i] == kNoSource) continue;
    // Of a pair that is taken apart the lower half is the number.
    give(warp, r.d[i], mask, inst.carry == Carry::unpack && i == 1 ? 0 : given, residues);
  }
}

void shuffle_unrounded(Warp& warp, uint32_t a, uint32_t d, uint32_t mask, const uint8_t* from) {
  const size_t source = row_number(warp, a);
  const uint32_t known = warp.unrounded.known(source);
  Residue residues[kLanes];
  uint32_t lanes = 0;
  for (uint32_t m = mask; m != 0; m &= m - 1) {
    const int l = std::countr_zero(m);
    if ((known >> from[l] & 1) == 0) continue;
    residues[l] = warp.unrounded.at(source, from[l]);
    lanes |= 1u << l;
  }
  give(warp, d, mask, lanes, residues);
}

}  // namespace vgpu
