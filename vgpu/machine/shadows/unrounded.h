#pragma once
// What a warp's floating-point values would be if nothing were rounded.
//
// Two threads that compute the same number in another order, or with a product and a sum contracted to an fma in one of
// them, end with values that differ in their last bits. Which differences are of that kind is told exactly, not by a
// tolerance: beside each value goes what the same operations give without rounding, modulo a prime. Every float is a
// whole number times a power of two, so it has such a residue; sums, products and quotients of residues are those of
// the numbers. Two values whose residues agree differ by rounding alone (but for one chance in 2^61).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vgpu/ops/op.h"

namespace vgpu {

/// A number modulo 2^61 - 1.
class Residue {
 public:
  static constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;
  constexpr Residue() = default;
  explicit constexpr Residue(uint64_t value) : value_(value % kPrime) {}
  /// Of a float with this many bits of mantissa and exponent: its bits. Infinities and NaNs have one of their own.
  static Residue of_float(uint64_t bits, int mantissa_bits, int exponent_bits);
  /// Of a function that is no sum, product or quotient: another one for each function and each argument.
  static Residue of_function(uint64_t function, const Residue* arguments, int count);

  Residue operator+(Residue o) const { return Residue(value_ + o.value_); }
  Residue operator-() const { return Residue(kPrime - value_); }
  Residue operator*(Residue o) const;
  Residue inverse() const;  ///< of 0: 0
  bool operator==(const Residue&) const = default;

 private:
  uint64_t value_ = 0;
};

/// The residues of a warp's registers, lane by lane. A lane of a row that has none holds what its bits say.
class UnroundedRows {
 public:
  bool in_use() const { return !known_.empty(); }
  void start(size_t rows) {
    known_.assign(rows, 0);
    resize(rows);
  }
  void resize(size_t rows) {
    known_.resize(rows);
    if (residues_.size() < rows * kLanes) residues_.resize(rows * kLanes);
  }
  /// The lanes of a row, by its number, that have a residue.
  uint32_t known(size_t row) const { return known_[row]; }
  Residue at(size_t row, int lane) const { return residues_[row * kLanes + static_cast<size_t>(lane)]; }
  void set(size_t row, int lane, Residue residue) {
    known_[row] |= 1u << lane;
    residues_[row * kLanes + static_cast<size_t>(lane)] = residue;
  }
  void forget(size_t row, uint32_t lanes) { known_[row] &= ~lanes; }
  void forget_all(uint32_t lanes) {
    for (uint32_t& row : known_) row &= ~lanes;
  }

 private:
  std::vector<uint32_t> known_;
  std::vector<Residue> residues_;
};

}  // namespace vgpu
