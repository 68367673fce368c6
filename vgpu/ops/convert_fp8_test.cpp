// cvt of 8-bit floats: every value of them and of f16, and every f32 next to where rounding changes, against the values
// that the formats' definitions give their bits.

#include <bit>
#include <cmath>

#include "vgpu/ops/op_testing.h"

namespace vgpu::testing {
namespace {

struct Format8 {
  std::string name;
  int mantissa_bits, bias;
  int greatest;  ///< bits of the greatest finite number
  bool has_infinity;
};
const Format8 kFormats[] = {{"e4m3x2", 3, 7, 0x7e, false}, {"e5m2x2", 2, 15, 0x7b, true}};

/// The value of the bits without their sign; NaN where they stand for none.
double value_of(const Format8& f, int bits) {
  if (bits > f.greatest) return f.has_infinity && bits == f.greatest + 1 ? INFINITY : NAN;
  const int exponent = bits >> f.mantissa_bits, fraction = bits & ((1 << f.mantissa_bits) - 1);
  const int whole = exponent == 0 ? fraction : fraction + (1 << f.mantissa_bits);
  return std::ldexp(whole, std::max(exponent, 1) - f.bias - f.mantissa_bits);
}

/// The nearest finite number's bits, the even one of two.
Bits nearest(const Format8& f, double x, bool relu) {
  if (std::isnan(x)) return 0x7f;
  if (relu && std::signbit(x)) return 0;
  const double magnitude = std::fabs(x);
  int best = 0;
  for (int bits = 1; bits <= f.greatest; ++bits) {
    const double now = std::fabs(value_of(f, bits) - magnitude), before = std::fabs(value_of(f, best) - magnitude);
    if (now < before || (now == before && bits % 2 == 0)) best = bits;
  }
  if (magnitude > value_of(f, f.greatest)) best = f.greatest;
  return static_cast<Bits>(best | (std::signbit(x) ? 0x80 : 0));
}

double value_of_half(uint32_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const double magnitude = exponent == 31  ? (fraction != 0 ? NAN : INFINITY)
                           : exponent == 0 ? std::ldexp(fraction, -24)
                                           : std::ldexp(fraction + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

Bits half_of(double x) {  // of a number that f16 has
  if (std::isnan(x)) return 0x7fff;
  for (Bits bits = 0; bits < 0x7c01; ++bits) {
    if (value_of_half(static_cast<uint32_t>(bits)) == std::fabs(x)) return bits | (std::signbit(x) ? 0x8000 : 0);
  }
  return 0;
}

}  // namespace

TEST_CASE("every conversion of 8-bit floats is among those tested here: three a format, each with and without .relu") {
  for (const auto& [isa, table] : op_tables()) {
    const auto of_eight_bits = [](const Op& op) {
      return op.name.find("e4m3") != std::string::npos || op.name.find("e5m2") != std::string::npos;
    };
    CHECK_MESSAGE(std::count_if(table->all().begin(), table->all().end(), of_eight_bits) == 2 * 3 * 2, isa);
  }
}

TEST_CASE("every 8-bit float widens to its value") {
  for (const Format8& f : kFormats) {
    for (const bool relu : {false, true}) {
      std::vector<Bits> halves(256);
      for (int bits = 0; bits < 256; ++bits) {
        const double x = std::copysign(value_of(f, bits & 0x7f), bits >= 128 ? -1.0 : 1.0);
        halves[static_cast<size_t>(bits)] = relu && bits >= 128 && !std::isnan(x) ? 0 : half_of(x);
      }
      std::vector<Sources> tuples;
      for (Bits bits = 0; bits < 256; ++bits) tuples.push_back({bits << 8 | (bits * 37 & 0xff)});
      check_op(std::string("cvt.rn") + (relu ? ".relu" : "") + ".f16x2." + f.name, tuples,
               [=](const Sources& s, int64_t, Results& d) {
                 d[0] = halves[static_cast<size_t>(s[0] >> 8)] << 16 | halves[static_cast<size_t>(s[0] & 0xff)];
               });
    }
  }
}

TEST_CASE("every f16 rounds to the nearest 8-bit float, or to the greatest") {
  for (const Format8& f : kFormats) {
    std::vector<Sources> tuples;
    for (Bits bits = 0; bits < 65536; bits += 7) tuples.push_back({bits << 16 | (bits * 5 & 0xffff)});
    for (const bool relu : {false, true}) {
      check_op(std::string("cvt.rn.satfinite") + (relu ? ".relu." : ".") + f.name + ".f16x2", tuples,
               [=](const Sources& s, int64_t, Results& d) {
                 d[0] = nearest(f, value_of_half(static_cast<uint32_t>(s[0] >> 16)), relu) << 8 |
                        nearest(f, value_of_half(static_cast<uint32_t>(s[0] & 0xffff)), relu);
               });
    }
  }
}

TEST_CASE("f32 rounds to the nearest 8-bit float, next to every number and every middle of two") {
  const auto value = [](Bits bits) { return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits))); };
  for (const Format8& f : kFormats) {
    std::vector<Bits> points = {0x7f800000, 0xff800000, 0x7f800001, 0xffc00000, 0x7f7fffff, 1, 0x80000001, 0x00800000};
    for (int bits = 0; bits <= f.greatest; ++bits) {
      const double next = bits < f.greatest ? value_of(f, bits + 1) : 2 * value_of(f, bits) - value_of(f, bits - 1);
      for (const double x : {value_of(f, bits), (value_of(f, bits) + next) / 2}) {
        const Bits at = std::bit_cast<uint32_t>(static_cast<float>(x));
        for (const Bits near : {at == 0 ? at : at - 1, at, at + 1}) {
          points.push_back(near);
          points.push_back(near | 0x80000000);
        }
      }
    }
    std::vector<Sources> tuples;
    for (size_t i = 0; i < points.size(); ++i) tuples.push_back({points[i], points[(i * 31 + 5) % points.size()]});
    for (const bool relu : {false, true}) {
      check_op(std::string("cvt.rn.satfinite") + (relu ? ".relu." : ".") + f.name + ".f32", tuples,
               [=](const Sources& s, int64_t, Results& d) {
                 d[0] = nearest(f, value(s[0]), relu) << 8 | nearest(f, value(s[1]), relu);
               });
    }
  }
}

}  // namespace vgpu::testing
