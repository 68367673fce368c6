#include "vgpu/machine/shadows/unrounded.h"

namespace vgpu {

Residue Residue::operator*(Residue o) const {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(value_) * o.value_;
  // 2^61 is 1.
  return Residue(static_cast<uint64_t>(product & kPrime) + static_cast<uint64_t>(product >> 61));
}

Residue Residue::inverse() const {
  Residue result(1), power = *this;  // this^(kPrime - 2), by Fermat
  for (uint64_t e = kPrime - 2; e != 0; e >>= 1) {
    if ((e & 1) != 0) result = result * power;
    power = power * power;
  }
  return result;
}

Residue Residue::of_float(uint64_t bits, int mantissa_bits, int exponent_bits) {
  const uint64_t mantissa = bits & ((uint64_t{1} << mantissa_bits) - 1);
  const auto exponent = static_cast<int>(bits >> mantissa_bits & ((uint64_t{1} << exponent_bits) - 1));
  const int most = (1 << exponent_bits) - 1;
  if (exponent == most) {
    const Residue which(bits);
    return of_function(1, &which, 1);
  }
  const bool subnormal = exponent == 0;
  const uint64_t whole = mantissa | (subnormal ? 0 : uint64_t{1} << mantissa_bits);
  const int power = (subnormal ? 1 : exponent) - most / 2 - mantissa_bits;
  const Residue size = Residue(whole) * Residue(uint64_t{1} << ((power % 61 + 61) % 61));
  return (bits >> (mantissa_bits + exponent_bits) & 1) != 0 ? -size : size;
}

Residue Residue::of_function(uint64_t function, const Residue* arguments, int count) {
  uint64_t hash = function;
  for (int i = 0; i < count; ++i) {
    // splitmix64's steps (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
    hash += arguments[i].value_ + 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
    hash ^= hash >> 31;
  }
  return Residue(hash);
}

}  // namespace vgpu
