// Numbers modulo a prime, which tell rounding from other differences.

#include "vgpu/machine/shadows/unrounded.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>

using vgpu::Residue;

namespace {

Residue of(float x) { return Residue::of_float(std::bit_cast<uint32_t>(x), 23, 8); }
Residue of(double x) { return Residue::of_float(std::bit_cast<uint64_t>(x), 52, 11); }

}  // namespace

TEST_CASE("a float's residue is that of its number, in every format") {
  CHECK(of(1.0f) == Residue(1));
  CHECK(of(0.0f) == Residue(0));
  CHECK(of(-0.0f) == Residue(0));
  CHECK(of(1e-44f) == of(static_cast<double>(1e-44f)));  // subnormal
  for (const float x : {3.0f, -0.375f, 1e30f, -7e-30f}) CHECK(of(x) == of(static_cast<double>(x)));
  CHECK(Residue::of_float(0x3800, 10, 5) == of(0.5f));
  CHECK(Residue::of_float(0x3f00, 7, 8) == of(0.5f));
  CHECK(of(INFINITY) == of(INFINITY));
  CHECK(of(INFINITY) != of(-INFINITY));
}

TEST_CASE("sums, products and quotients of residues are those of the numbers") {
  CHECK(of(0.25f) + of(3.0f) == of(3.25f));
  CHECK(of(1e10) * of(-0.125) == of(-1.25e9));
  CHECK(of(1.5f) + -of(4.0f) == of(-2.5f));
  CHECK(of(10.0f) * of(4.0f).inverse() == of(2.5f));
  CHECK(of(3.0f) * of(3.0f).inverse() == of(1.0f));
  CHECK(Residue(0).inverse() == Residue(0));
}

TEST_CASE("what a sum is rounded to differs with its order, its residue does not") {
  const float a = 1.0f, b = 3e-8f, c = 4e-8f;
  CHECK((a + b) + c != a + (b + c));
  CHECK((of(a) + of(b)) + of(c) == of(a) + (of(b) + of(c)));
  const float x = 1.0f / 3.0f, y = 1.0f / 21.0f;
  CHECK(std::fma(x, x, y * y) != std::fma(y, y, x * x));
  CHECK(of(x) * of(x) + of(y) * of(y) == of(y) * of(y) + of(x) * of(x));
  CHECK(of(x) * of(x) + of(y) * of(y) != of(x * x) + of(y * y));
}
