#pragma once
// Exact rounding of f32 in the four PTX directions, and the pieces every float handler shares: flushing, saturation and
// the canonical NaN.
//
// A directed result is found without touching the processor's rounding mode. The operation is done in double, its error
// is recovered exactly (two_sum) and folded into the last bit ("round to odd", Boldo and Melquiond 2008): such a double
// lies strictly between the same two floats, and on the same side of their midpoint, as the exact result. The float
// nearest to it then needs at most one step toward the wanted direction.

#include "vgpu/ops/op_name.h"

namespace vgpu::VGPU_ISA {

enum class Round { rn, rz, rm, rp };
inline constexpr Round kRounds[] = {Round::rn, Round::rz, Round::rm, Round::rp};
inline constexpr const char* kRoundName[] = {".rn", ".rz", ".rm", ".rp"};
constexpr const char* name_of(Round r) { return kRoundName[static_cast<int>(r)]; }

// The result of a handler that makes a NaN is the GPU's canonical one, whatever the operands' payloads.
inline constexpr uint32_t kNan32 = 0x7fffffffu;

[[gnu::always_inline]] inline uint32_t bits_of(float x) { return __builtin_bit_cast(uint32_t, x); }
[[gnu::always_inline]] inline uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }
[[gnu::always_inline]] inline float float_of(uint32_t bits) { return __builtin_bit_cast(float, bits); }
[[gnu::always_inline]] inline double double_of(uint64_t bits) { return __builtin_bit_cast(double, bits); }

[[gnu::always_inline]] inline float canonical(float x) { return x != x ? float_of(kNan32) : x; }

/// Zero of the same sign when x is subnormal.
[[gnu::always_inline]] inline float flush(float x) {
  const uint32_t b = bits_of(x);
  const bool small = __builtin_fabsf(x) < 0x1p-126f;
  return float_of(small ? b & 0x80000000u : b);
}
template <bool Ftz>
[[gnu::always_inline]] inline float flush_if(float x) {
  return Ftz ? flush(x) : x;
}

/// Clamped to [+0, 1]; NaN gives +0.
template <class T>
[[gnu::always_inline]] inline T saturate(T x) {
  return x > T{0} ? (x < T{1} ? x : T{1}) : T{0};
}

/// What every f32 handler does to its result.
template <bool Ftz, bool Sat>
[[gnu::always_inline]] inline float finish(float x) {
  const float r = flush_if<Ftz>(x);
  return Sat ? saturate(r) : canonical(r);
}

/// a + b = sum + error, exactly (Knuth), unless something overflows.
template <class T>
struct Sum {
  T sum, error;
};
template <class T>
[[gnu::always_inline]] inline Sum<T> two_sum(T a, T b) {
  const T s = a + b;
  const T t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}

/// The value nearest to zero of the two around sum + error when that is odd, else the other: the exact sum rounded to
/// odd. An error of NaN (an infinite operand) counts as none.
template <class T>
[[gnu::always_inline]] inline T round_to_odd(Sum<T> x) {
  // Without a branch, for the vectoriser.
  using Word = decltype(bits_of(T{}));
  const Word b = bits_of(x.sum);
  const Word upward = static_cast<Word>(x.error > 0) - static_cast<Word>(x.error < 0);
  const Word negative = Word{0} - (b >> (8 * sizeof(Word) - 1));
  const Word outward = (upward ^ negative) - negative;
  return __builtin_bit_cast(T, b + (outward & ((b & 1) - 1)));
}

/// x rounded to f32. x may be a rounded-to-odd double; an overflow gives what the direction says.
template <Round R>
[[gnu::always_inline]] inline float to_float(double x) {
  const float nearest = static_cast<float>(x);
  if constexpr (R == Round::rn) return nearest;
  const double back = nearest;
  const uint32_t b = bits_of(nearest);
  const uint32_t up = (b >> 31) != 0 ? b - 1 : b + 1;
  const uint32_t down = (b >> 31) != 0 ? b + 1 : b - 1;
  if constexpr (R == Round::rz) return float_of(__builtin_fabs(back) > __builtin_fabs(x) ? b - 1 : b);
  if constexpr (R == Round::rp) return float_of(back < x ? up : b);
  return float_of(back > x ? down : b);
}

/// x rounded to f32 so that a second rounding, to 22 bits or fewer, is as if done on x.
[[gnu::always_inline]] inline float to_float_odd(double x) {
  const float nearest = static_cast<float>(x);
  const double back = nearest;
  const uint32_t b = bits_of(nearest);
  const bool exact = back == x || x != x;
  const uint32_t truncated = __builtin_fabs(back) > __builtin_fabs(x) ? b - 1 : b;
  return float_of(exact ? b : truncated | 1);
}

/// x + y of an operation whose exact terms these are: IEEE's sign of an exact zero is minus when rounding down, unless
/// both terms are +0.
template <Round R>
[[gnu::always_inline]] inline float add_exact(double x, double y) {
  const Sum<double> s = two_sum(x, y);
  const float r = to_float<R>(round_to_odd(s));
  if constexpr (R == Round::rm) {
    const uint32_t sign = static_cast<uint32_t>((bits_of(x) | bits_of(y)) >> 63) << 31;
    return s.sum == 0 ? float_of(sign) : r;
  }
  return r;
}

}  // namespace vgpu::VGPU_ISA
