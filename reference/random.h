#pragma once
// The random numbers of the inputs: a counter-based generator, so that element i is a function of (seed, i) alone.

#include <cstdint>

namespace reference {

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) by counter.
/// Integer arithmetic and single roundings only: the same numbers on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : base_(mix(seed ^ 0x5851f42d4c957f2dull)) {}

  uint64_t bits(uint64_t i) const { return mix(base_ + (i + 1) * 0x9e3779b97f4a7c15ull); }

  /// In [0, 1), a multiple of 2^-24: exact in f32.
  double unit(uint64_t i) const { return static_cast<double>(bits(i) >> 40) * 0x1p-24; }

  /// In [-1, 1), a multiple of 2^-23: exact in f32.
  double uniform(uint64_t i) const { return static_cast<double>(bits(i) >> 40) * 0x1p-23 - 1; }

  /// Mean 0, standard deviation 1, |z| < 4.9: the sum of eight 16-bit uniforms. No libm function takes part.
  double normal(uint64_t i) const {
    constexpr double kMean = 8 * 65535 / 2.0;
    constexpr double kInverseDeviation = 1.8688123650118534e-5;  // 1 / sqrt(8 (2^32 - 1) / 12)
    return (static_cast<double>(sum_of_fields(bits(2 * i)) + sum_of_fields(bits(2 * i + 1))) - kMean) *
           kInverseDeviation;
  }

 private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  static uint32_t sum_of_fields(uint64_t b) {
    const uint64_t pairs = (b & 0x0000ffff0000ffffull) + ((b >> 16) & 0x0000ffff0000ffffull);
    return static_cast<uint32_t>(pairs) + static_cast<uint32_t>(pairs >> 32);
  }
  uint64_t base_;
};

}  // namespace reference
