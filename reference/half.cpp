#include "reference/half.h"

#include <cmath>
#include <limits>

namespace reference {

double half_to_double(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  double magnitude;
  if (exponent == 31) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

uint16_t double_to_half(double value) {
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  if (std::isnan(value)) return 0x7e00;
  const double a = std::fabs(value);
  if (a >= 65520) return sign | 0x7c00;  // 65504 + half of the last step, 32: the tie goes to even, which is infinity
  int exponent = -14;                    // denormals have the step of the smallest normals
  if (a >= 0x1p-14) exponent = std::ilogb(a);
  const auto steps = static_cast<int>(std::nearbyint(std::ldexp(a, 10 - exponent)));  // the scaling is exact
  // A carry out of the fraction moves into the exponent field by itself, from denormal to normal as well.
  const int bits = a >= 0x1p-14 ? ((exponent + 15) << 10) + (steps - 1024) : steps;
  return static_cast<uint16_t>(sign | bits);
}

}  // namespace reference
