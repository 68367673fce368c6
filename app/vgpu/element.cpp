#include "app/vgpu/element.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "reference/half.h"

namespace vgpu_program {

namespace {

struct Row {
  std::string_view name, noun;
  uint32_t bytes;
};

constexpr Row kRows[] = {{"f16", "half", 2}, {"bf16", "bfloat16", 2}, {"f32", "float", 4}, {"f64", "double", 8},
                         {"i8", "int8", 1},  {"u8", "uint8", 1},      {"i16", "int16", 2}, {"u16", "uint16", 2},
                         {"i32", "int", 4},  {"u32", "uint", 4},      {"i64", "int64", 8}, {"u64", "uint64", 8}};

const Row& row(Element type) { return kRows[static_cast<size_t>(type)]; }

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// The unsigned value of an integer type's bytes.
uint64_t load_bits(Element type, const std::byte* from) {
  uint64_t bits = 0;
  std::memcpy(&bits, from, size_of(type));
  return bits;
}

int64_t sign_extended(Element type, uint64_t bits) {
  const unsigned unused = 64 - 8 * size_of(type);
  return static_cast<int64_t>(bits << unused) >> unused;
}

std::string float_text(double value, std::string shortest) {
  return std::isnan(value) ? "nan" : shortest;  // never "-nan"
}

std::optional<std::vector<std::byte>> parse_integer(Element type, std::string_view text) {
  const bool negative = text.starts_with("-");
  std::string_view digits = text.substr(negative || text.starts_with("+") ? 1 : 0);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
    base = 16;
  }
  uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const unsigned bits = 8 * size_of(type);
  const uint64_t most = is_signed(type) ? (uint64_t{1} << (bits - 1)) - (negative ? 0 : 1)
                        : negative      ? 0
                                        : std::numeric_limits<uint64_t>::max() >> (64 - bits);
  if (magnitude > most) return std::nullopt;
  std::vector<std::byte> bytes(size_of(type));
  store_integer(type, static_cast<int64_t>(negative ? 0 - magnitude : magnitude), bytes.data());
  return bytes;
}

}  // namespace

uint32_t size_of(Element type) { return row(type).bytes; }
std::string_view name_of(Element type) { return row(type).name; }
std::string_view noun_of(Element type) { return row(type).noun; }
bool is_float(Element type) { return type <= Element::f64; }
bool is_signed(Element type) { return row(type).name[0] == 'i'; }

std::optional<Element> element_named(std::string_view name) {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (kRows[i].name == name) return static_cast<Element>(i);
  }
  return std::nullopt;
}

std::string element_names() {
  std::string names;
  for (const Row& each : kRows) names += (names.empty() ? "" : ", ") + std::string(each.name);
  return names;
}

std::optional<std::vector<std::byte>> parse_value(Element type, std::string_view text) {
  if (!is_float(type)) return parse_integer(type, text);
  if (text.empty() || std::strchr(" \t\n", text[0]) != nullptr) return std::nullopt;
  const std::string copy(text);
  char* end = nullptr;
  std::vector<std::byte> bytes(size_of(type));
  // strtof rounds the decimal once; through double it could be rounded twice.
  if (type == Element::f32) {
    const float value = std::strtof(copy.c_str(), &end);
    std::memcpy(bytes.data(), &value, sizeof value);
  } else {
    store_float(type, std::strtod(copy.c_str(), &end), bytes.data());
  }
  if (*end != 0) return std::nullopt;
  return bytes;
}

uint16_t double_to_bfloat16(double value) {
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  if (std::isnan(value)) return 0x7fc0;
  const double a = std::fabs(value);
  if (a >= 0x1.ffp127) return sign | 0x7f80;  // the largest, 0x1.fep127, and half of its last step: the tie goes up
  const int exponent = a >= 0x1p-126 ? std::ilogb(a) : -126;  // denormals have the step of the smallest normals
  const auto steps = static_cast<int>(std::nearbyint(std::ldexp(a, 7 - exponent)));  // the scaling is exact
  // A carry out of the fraction moves into the exponent field by itself.
  const int bits = a >= 0x1p-126 ? ((exponent + 127) << 7) + (steps - 128) : steps;
  return static_cast<uint16_t>(sign | bits);
}

void store_float(Element type, double value, std::byte* to) {
  if (type == Element::f64) {
    std::memcpy(to, &value, sizeof value);
  } else if (type == Element::f32) {
    const auto narrow = static_cast<float>(value);
    std::memcpy(to, &narrow, sizeof narrow);
  } else {
    const uint16_t bits = type == Element::f16 ? reference::double_to_half(value) : double_to_bfloat16(value);
    std::memcpy(to, &bits, sizeof bits);
  }
}

void store_integer(Element type, int64_t integer, std::byte* to) { std::memcpy(to, &integer, size_of(type)); }

double load_float(Element type, const std::byte* from) {
  switch (type) {
    case Element::f16:
      return reference::half_to_double(load<uint16_t>(from));
    case Element::bf16: {
      const uint32_t bits = uint32_t{load<uint16_t>(from)} << 16;
      return static_cast<double>(load<float>(reinterpret_cast<const std::byte*>(&bits)));
    }
    case Element::f32:
      return static_cast<double>(load<float>(from));
    case Element::f64:
      return load<double>(from);
    default:
      return is_signed(type) ? static_cast<double>(sign_extended(type, load_bits(type, from)))
                             : static_cast<double>(load_bits(type, from));
  }
}

std::string text_at(Element type, const std::byte* from) {
  if (type == Element::f64) return float_text(load<double>(from), fmt::format("{}", load<double>(from)));
  if (type == Element::f32) return float_text(load_float(type, from), fmt::format("{}", load<float>(from)));
  // Five and three significant digits tell any two halves and bfloat16s of ordinary size apart.
  if (type == Element::f16) return float_text(load_float(type, from), fmt::format("{:.5g}", load_float(type, from)));
  if (type == Element::bf16) return float_text(load_float(type, from), fmt::format("{:.4g}", load_float(type, from)));
  const uint64_t bits = load_bits(type, from);
  return is_signed(type) ? fmt::format("{}", sign_extended(type, bits)) : fmt::format("{}", bits);
}

}  // namespace vgpu_program
