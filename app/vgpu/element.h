#pragma once
// The element types of arguments: how a value of each is read, stored and shown.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vgpu_program {

enum class Element : uint8_t { f16, bf16, f32, f64, i8, u8, i16, u16, i32, u32, i64, u64 };

uint32_t size_of(Element type);          ///< bytes
std::string_view name_of(Element type);  ///< "f32"
std::string_view noun_of(Element type);  ///< "float": what findings call one
bool is_float(Element type);
bool is_signed(Element type);  ///< of an integer type
std::optional<Element> element_named(std::string_view name);
/// Every name, for messages: "f16, bf16, ...".
std::string element_names();

/// A value as little-endian bytes of its type: decimal or 0x integers within the type's range, floats as strtod reads
/// them (nan, inf, 0x1p-3), rounded to nearest even. nullopt: it is no such value.
std::optional<std::vector<std::byte>> parse_value(Element type, std::string_view text);

/// Rounds once, to nearest even; too large is infinity, NaN is 0x7fc0. bfloat16: 1 sign, 8 exponent, 7 fraction bits.
uint16_t double_to_bfloat16(double value);

/// A float type's value as its bytes; an integer type's low bytes of `integer`.
void store_float(Element type, double value, std::byte* to);
void store_integer(Element type, int64_t integer, std::byte* to);

/// The value at `from`, widened; above 2^53 integers lose their last bits (text_at keeps them).
double load_float(Element type, const std::byte* from);
/// Shortest text that reads back as the same value of its type: "0.1", "-3", "nan".
std::string text_at(Element type, const std::byte* from);

}  // namespace vgpu_program
