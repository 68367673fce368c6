#include "vgpu/ptx/literal.h"

#include <bit>
#include <charconv>

#include "vgpu/ptx/parser.h"

namespace vgpu::ptx {
namespace {

[[noreturn]] void bad(const Token& token, const char* why) {
  throw ParseError(token.line, "bad number " + shown(token) + ": " + why);
}

uint64_t digits(const Token& token, std::string_view text, int base) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error == std::errc::result_out_of_range) bad(token, "it does not fit into 64 bits");
  if (error != std::errc() || end != text.data() + text.size()) bad(token, "a digit is out of place");
  return value;
}

uint64_t float_bits(const Token& token, std::string_view text, size_t width) {
  if (text.size() != width) bad(token, width == 8 ? "0f takes 8 hex digits" : "0d takes 16 hex digits");
  return digits(token, text, 16);
}

}  // namespace

Literal parse_literal(const Token& token) {
  std::string_view text = token.text;
  const char prefix = text.size() > 1 && text[0] == '0' ? text[1] : '\0';
  if (prefix == 'f' || prefix == 'F') return {Literal::Kind::float32, float_bits(token, text.substr(2), 8)};
  if (prefix == 'd' || prefix == 'D') return {Literal::Kind::float64, float_bits(token, text.substr(2), 16)};
  const bool radix_prefix = prefix == 'x' || prefix == 'X' || prefix == 'b' || prefix == 'B';
  if (!radix_prefix && text.find_first_of(".eE") != std::string_view::npos) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) bad(token, "it is out of a double's range");
    if (error != std::errc() || end != text.data() + text.size()) bad(token, "it is no decimal number");
    return {Literal::Kind::float64, std::bit_cast<uint64_t>(value)};
  }
  if (text.back() == 'U') text.remove_suffix(1);
  if (prefix == 'x' || prefix == 'X') return {Literal::Kind::integer, digits(token, text.substr(2), 16)};
  if (prefix == 'b' || prefix == 'B') return {Literal::Kind::integer, digits(token, text.substr(2), 2)};
  const bool octal = text.size() > 1 && text[0] == '0';
  return {Literal::Kind::integer, digits(token, text, octal ? 8 : 10)};
}

int type_bytes(std::string_view type) {
  struct Entry {
    std::string_view name;
    int bytes;
  };
  static constexpr Entry entries[] = {{"b8", 1},     {"b16", 2},  {"b32", 4}, {"b64", 8}, {"b128", 16}, {"u8", 1},
                                      {"u16", 2},    {"u32", 4},  {"u64", 8}, {"s8", 1},  {"s16", 2},   {"s32", 4},
                                      {"s64", 8},    {"f16", 2},  {"f32", 4}, {"f64", 8}, {"f16x2", 4}, {"bf16", 2},
                                      {"bf16x2", 4}, {"tf32", 4}, {"pred", 0}};
  for (const Entry& entry : entries)
    if (entry.name == type) return entry.bytes;
  return -1;
}

}  // namespace vgpu::ptx
