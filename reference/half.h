#pragma once
// IEEE 754 binary16 as bits: 1 sign, 5 exponent, 10 fraction.

#include <cstdint>

namespace reference {

/// Exact.
double half_to_double(uint16_t bits);

/// Rounded once, to nearest even; above 65504 + half a step it is infinity, NaN is 0x7e00.
uint16_t double_to_half(double value);

}  // namespace reference
