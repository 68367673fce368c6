#pragma once
// PTX constants (PTX ISA, "Constants") and fundamental types.

#include <cstdint>
#include <string_view>

#include "vgpu/ptx/lexer.h"

namespace vgpu::ptx {

/// A number as written, without its sign.
struct Literal {
  enum class Kind : uint8_t { integer, float32, float64 };
  Kind kind = Kind::integer;
  uint64_t bits = 0;  ///< the integer, or the bits of the float
};

/// Converts a number token: decimal, 0x, 0b, 0 (octal), each with an optional U; 0f and 0d with 8 and 16 hex digits;
/// a decimal with a point or an exponent. Throws ParseError on anything else and on values that do not fit.
Literal parse_literal(const Token& token);

/// Bytes of a fundamental type ("b32", "f16x2", ...), 0 for "pred", -1 for a name that is none.
int type_bytes(std::string_view type);

}  // namespace vgpu::ptx
