#pragma once
// Matrices of every element type for the tests of tensor cores: their bits, what the bits mean, and the product in
// double. Nothing here knows how the machine stores or multiplies.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace vgpu::testing {

enum class ElementKind { f16, bf16, tf32, f32, f64, s8, u8, s32 };

inline int bits_of(ElementKind kind) {
  switch (kind) {
    case ElementKind::s8:
    case ElementKind::u8:
      return 8;
    case ElementKind::f16:
    case ElementKind::bf16:
      return 16;
    case ElementKind::f64:
      return 64;
    default:
      return 32;
  }
}

inline std::string name_of(ElementKind kind) {
  static const char* const names[] = {"f16", "bf16", "tf32", "f32", "f64", "s8", "u8", "s32"};
  return names[static_cast<int>(kind)];
}

/// A binary floating-point number from its fields.
inline double from_fields(uint64_t bits, int exponent_bits, int fraction_bits) {
  const double sign = (bits >> (exponent_bits + fraction_bits) & 1) != 0 ? -1 : 1;
  const int exponent = static_cast<int>(bits >> fraction_bits & ((1u << exponent_bits) - 1));
  const uint64_t fraction = bits & ((uint64_t{1} << fraction_bits) - 1);
  const int bias = (1 << (exponent_bits - 1)) - 1;
  if (exponent == (1 << exponent_bits) - 1) return fraction != 0 ? std::nan("") : sign * HUGE_VAL;
  const uint64_t hidden = exponent != 0 ? uint64_t{1} << fraction_bits : 0;
  return sign * std::ldexp(static_cast<double>(fraction + hidden), std::max(exponent, 1) - bias - fraction_bits);
}

/// What an element's bits mean.
inline double value_of(ElementKind kind, uint64_t bits) {
  switch (kind) {
    case ElementKind::f16:
      return from_fields(bits & 0xffff, 5, 10);
    case ElementKind::bf16:
      return from_fields(bits & 0xffff, 8, 7);
    case ElementKind::tf32:
      return from_fields((bits & 0xffffffff) >> 13, 8, 10);
    case ElementKind::f32:
      return from_fields(bits & 0xffffffff, 8, 23);
    case ElementKind::f64:
      return from_fields(bits, 11, 52);
    case ElementKind::s8:
      return static_cast<int8_t>(bits);
    case ElementKind::u8:
      return static_cast<uint8_t>(bits);
    default:
      return static_cast<int32_t>(bits);
  }
}

/// A matrix of elements' bits.
struct Bits {
  int rows = 0, columns = 0;
  ElementKind kind{};
  std::vector<uint64_t> at;
  Bits(int r, int c, ElementKind k) : rows(r), columns(c), kind(k), at(static_cast<size_t>(r * c)) {}
  uint64_t& operator()(int r, int c) { return at[static_cast<size_t>(r * columns + c)]; }
  uint64_t operator()(int r, int c) const { return at[static_cast<size_t>(r * columns + c)]; }
  double value(int r, int c) const { return value_of(kind, (*this)(r, c)); }
};

/// Random bits; floating-point magnitudes between 2^-5 and 2^4, all fractions (tf32: with low bits to be ignored).
inline Bits random_bits(int rows, int columns, ElementKind kind, std::mt19937& random) {
  Bits m(rows, columns, kind);
  const auto floating = [&](int exponent_bits, int fraction_bits) {
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const uint64_t exponent = static_cast<uint64_t>(bias - 5) + random() % 9;
    const uint64_t fraction = (uint64_t{random()} << 32 | random()) & ((uint64_t{1} << fraction_bits) - 1);
    return uint64_t{random() & 1} << (exponent_bits + fraction_bits) | exponent << fraction_bits | fraction;
  };
  for (uint64_t& x : m.at) {
    switch (kind) {
      case ElementKind::f16:
        x = floating(5, 10);
        break;
      case ElementKind::bf16:
        x = floating(8, 7);
        break;
      case ElementKind::tf32:
      case ElementKind::f32:
        x = floating(8, 23);
        break;
      case ElementKind::f64:
        x = floating(11, 52);
        break;
      case ElementKind::s32:
        x = random() % 2000001 - 1000000;
        x &= 0xffffffff;
        break;
      default:
        x = random() & 0xff;
        break;
    }
  }
  return m;
}

/// Row i of A times column j of B plus C, in double, and the sum of the terms' magnitudes.
struct Sum {
  double value = 0, magnitude = 0;
};
inline Sum product_of(const Bits& a, const Bits& b, const Bits& c, int i, int j) {
  Sum sum{c.value(i, j), std::fabs(c.value(i, j))};
  for (int k = 0; k < a.columns; ++k) {
    sum.value += a.value(i, k) * b.value(k, j);
    sum.magnitude += std::fabs(a.value(i, k) * b.value(k, j));
  }
  return sum;
}

/// How far a result may be from the product in double: every addition rounds once in f32 (f64: 2^-53; integers: not at
/// all), an f16 result once more.
inline double tolerance(ElementKind d, ElementKind a, int k, const Sum& sum) {
  if (d == ElementKind::s32) return 0;
  if (d == ElementKind::f64) return (k + 1) * std::ldexp(sum.magnitude, -52);
  const double sums = (k + 1) * std::ldexp(sum.magnitude, -24) + (a == ElementKind::bf16 ? 1e-36 : 0);
  return d == ElementKind::f16 ? sums + std::ldexp(std::fabs(sum.value), -11) + 0x1p-25 : sums;
}

}  // namespace vgpu::testing
