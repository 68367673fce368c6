// cvt from and to pairs of 8-bit floats, e4m3x2 and e5m2x2 (PTX ISA, "Alternate Floating-Point Data Formats").
//
// e4m3 has no infinity and one NaN of each sign; its greatest number is 448. e5m2 is the upper half of an f16; its
// greatest number is 57344. Every conversion to them saturates to these.

#include "vgpu/ops/convert.h"

namespace vgpu::VGPU_ISA {
namespace {

struct E4m3 {
  static constexpr const char* name = ".e4m3x2";
  static constexpr int mantissa_bits = 3, bias = 7;
  static constexpr uint32_t greatest = 0x7e;
  static constexpr bool has_infinity = false;
};
struct E5m2 {
  static constexpr const char* name = ".e5m2x2";
  static constexpr int mantissa_bits = 2, bias = 15;
  static constexpr uint32_t greatest = 0x7b;
  static constexpr bool has_infinity = true;
};

/// x rounded to the nearest, by bits as in half_math.h.
template <class F, bool Relu>
[[gnu::always_inline]] inline uint32_t narrow8(float x) {
  constexpr int kShift = 23 - F::mantissa_bits;
  constexpr uint32_t kBiases = static_cast<uint32_t>(127 - F::bias) << 23;
  // Adding 2^23 times the subnormals' step leaves their number in the last bits.
  constexpr uint32_t kStep = static_cast<uint32_t>(127 + 1 - F::bias - F::mantissa_bits + 23) << 23;
  const uint32_t b = bits_of(x), a = b & 0x7fffffffu;
  const uint32_t subnormal = bits_of(float_of(a) + float_of(kStep)) - kStep;
  const uint32_t normal = (a + ((1u << (kShift - 1)) - 1) + ((a >> kShift) & 1) - kBiases) >> kShift;
  uint32_t r = a < kBiases + (1u << 23) ? subnormal : normal;
  r = a >= 0x7f800000u || r > F::greatest ? F::greatest : r;
  r = Relu && (b >> 31) != 0 ? 0 : r | ((b >> 24) & 0x80);
  return a > 0x7f800000u ? 0x7fu : r;
}

template <class F, bool Relu>
[[gnu::always_inline]] inline uint16_t widen8(uint32_t byte) {
  const uint32_t magnitude = byte & 0x7f;
  const uint32_t sign = (byte & 0x80) << 8;
  uint32_t h;
  bool nan;
  if constexpr (F::has_infinity) {
    h = magnitude << 8;
    nan = magnitude > 0x7c;
  } else {
    // The mantissa ends at f16's bit 7; the biases differ by 8, and the multiplication normalises what is subnormal.
    const float value = F16::widen(static_cast<uint16_t>(magnitude << 7)) * 0x1p8f;
    h = F16::nearest(value);
    nan = magnitude == 0x7f;
  }
  h = Relu && sign != 0 ? 0 : h | sign;
  return static_cast<uint16_t>(nan ? kNan16 : h);
}

/// a in the upper byte, b in the lower.
template <class F, bool Relu>
struct FromFloats {
  [[gnu::always_inline]] static uint16_t apply(float a, float b) {
    return static_cast<uint16_t>(narrow8<F, Relu>(a) << 8 | narrow8<F, Relu>(b));
  }
};
template <class F, bool Relu>
struct FromHalves {
  [[gnu::always_inline]] static uint16_t apply(uint32_t pair) {
    return FromFloats<F, Relu>::apply(F16::widen(static_cast<uint16_t>(pair >> 16)),
                                      F16::widen(static_cast<uint16_t>(pair)));
  }
};
template <class F, bool Relu>
struct ToHalves {
  [[gnu::always_inline]] static uint32_t apply(uint16_t pair) {
    const uint32_t high = widen8<F, Relu>(pair >> 8);
    return high << 16 | widen8<F, Relu>(pair & 0xff);
  }
};

template <class F, bool Relu>
void add_format(OpTable& table) {
  const char* relu = Relu ? ".relu" : "";
  add_op<FromFloats<F, Relu>, uint16_t, float, float>(table, OpName("cvt.rn.satfinite", relu, F::name, ".f32").text);
  add_op<FromHalves<F, Relu>, uint16_t, uint32_t>(table, OpName("cvt.rn.satfinite", relu, F::name, ".f16x2").text);
  add_op<ToHalves<F, Relu>, uint32_t, uint16_t>(table, OpName("cvt.rn", relu, ".f16x2", F::name).text);
}

}  // namespace

void add_convert_fp8_ops(OpTable& table) {
  add_format<E4m3, false>(table);
  add_format<E4m3, true>(table);
  add_format<E5m2, false>(table);
  add_format<E5m2, true>(table);
}

}  // namespace vgpu::VGPU_ISA
