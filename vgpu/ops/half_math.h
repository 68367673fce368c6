#pragma once
// f16 and bf16 to and from f32, by bits: branch-free, so loops over lanes vectorise with no half-precision hardware.

#include "vgpu/ops/rounding.h"

namespace vgpu::VGPU_ISA {

inline constexpr uint16_t kNan16 = 0x7fff;  ///< the canonical NaN of both half formats

/// IEEE binary16.
struct F16 {
  static constexpr const char* name = ".f16";

  [[gnu::always_inline]] static inline float widen(uint16_t h) {
    const uint32_t magnitude = static_cast<uint32_t>(h & 0x7fff) << 13;
    const uint32_t sign = static_cast<uint32_t>(h & 0x8000) << 16;
    // The exponents' biases differ by 112; the multiplication also normalises subnormals, exactly.
    const uint32_t scaled = bits_of(float_of(magnitude) * 0x1p112f);
    const uint32_t special = magnitude >= 0x0f800000u ? 0x7f800000u : 0;  // inf and NaN
    return float_of(scaled | special | sign);
  }
  [[gnu::always_inline]] static inline uint16_t nearest(float x) {
    const uint32_t b = bits_of(x);
    const uint32_t a = b & 0x7fffffffu;
    // Adding 0.5 leaves the number of 2^-24, the subnormals' step, in the last bits, rounded by the addition.
    const uint32_t subnormal = bits_of(float_of(a) + 0.5f) - 0x3f000000u;
    const uint32_t normal = (a + 0x0fffu + ((a >> 13) & 1) - 0x38000000u) >> 13;
    uint32_t r = a < 0x38800000u ? subnormal : normal;
    r = a >= 0x47800000u ? 0x7c00u : r;
    r |= (b >> 16) & 0x8000u;
    return static_cast<uint16_t>(a > 0x7f800000u ? kNan16 : r);
  }
  static constexpr uint16_t least_normal = 0x0400;
  static constexpr uint16_t one = 0x3c00;
  static constexpr uint16_t infinity = 0x7c00;
};

/// The upper half of an f32.
struct Bf16 {
  static constexpr const char* name = ".bf16";

  [[gnu::always_inline]] static inline float widen(uint16_t h) { return float_of(static_cast<uint32_t>(h) << 16); }
  [[gnu::always_inline]] static inline uint16_t nearest(float x) {
    const uint32_t b = bits_of(x);
    const uint32_t r = (b + 0x7fffu + ((b >> 16) & 1)) >> 16;
    return static_cast<uint16_t>((b & 0x7fffffffu) > 0x7f800000u ? kNan16 : r);
  }
  static constexpr uint16_t least_normal = 0x0080;
  static constexpr uint16_t one = 0x3f80;
  static constexpr uint16_t infinity = 0x7f80;
};

template <class H>
[[gnu::always_inline]] inline bool is_nan(uint16_t h) {
  return (h & 0x7fff) > H::infinity;
}

/// x rounded to a half in a direction.
template <class H, Round R>
[[gnu::always_inline]] inline uint16_t narrow(float x) {
  const uint16_t h = H::nearest(x);
  if constexpr (R == Round::rn) return h;
  const float back = H::widen(h);
  const uint16_t up = static_cast<uint16_t>((h >> 15) != 0 ? h - 1 : h + 1);
  const uint16_t down = static_cast<uint16_t>((h >> 15) != 0 ? h + 1 : h - 1);
  if constexpr (R == Round::rz) {
    return __builtin_fabsf(back) > __builtin_fabsf(x) ? static_cast<uint16_t>(h - 1) : h;
  }
  if constexpr (R == Round::rp) return back < x ? up : h;
  return back > x ? down : h;
}

/// +0 for what is below zero and for -0; NaN stays.
template <class H>
[[gnu::always_inline]] inline uint16_t relu(uint16_t h) {
  return (h >> 15) != 0 && !is_nan<H>(h) ? uint16_t{0} : h;
}

}  // namespace vgpu::VGPU_ISA
