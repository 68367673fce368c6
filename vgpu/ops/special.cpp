// The approximations: div.approx and div.full, rcp, sqrt, rsqrt, ex2, lg2, sin, cos, tanh. PTX ISA gives a bound for
// each (in special_test.cpp), not bits; a GPU's results differ within it. rcp, sqrt and div are correctly rounded here,
// ex2 and lg2 are polynomials that vectorise, sin, cos and tanh are the host's. All builds give the same bits.

#include "vgpu/ops/half_math.h"

namespace vgpu::VGPU_ISA {
namespace {

/// 2^x within 2 ulp, subnormal results rounded once.
[[gnu::always_inline]] inline float exp2_approx(float x) {
  const float low = x > -160.0f ? x : -160.0f;        // 0 from there on
  const float clamped = low < 130.0f ? low : 130.0f;  // infinite
  // Adding 1.5 * 2^23 leaves the nearest integer in the last bits.
  const float shifted = clamped + 0x1.8p23f;
  const int32_t n = static_cast<int32_t>(bits_of(shifted) - bits_of(0x1.8p23f));
  const float f = clamped - (shifted - 0x1.8p23f);  // -0.5 to 0.5, exactly
  // Minimax for 2^f there, relative error 2^-29.
  float p = 0x1.41d33ap-13f;
  p = p * f + 0x1.5f456ap-10f;
  p = p * f + 0x1.3b2dbcp-7f;
  p = p * f + 0x1.c6aed4p-5f;
  p = p * f + 0x1.ebfbdap-3f;
  p = p * f + 0x1.62e430p-1f;
  p = p * f + 1.0f;
  // 2^n may be no float: two factors that are. The first product is exact.
  const int32_t half = n >> 1;
  const float scale1 = float_of(static_cast<uint32_t>(half + 127) << 23);
  const float scale2 = float_of(static_cast<uint32_t>(n - half + 127) << 23);
  return x != x ? x : p * scale1 * scale2;
}

/// log2(x): absolute error below 2^-22 in (0.5, 2), relative error below 2^-22 elsewhere.
[[gnu::always_inline]] inline float log2_approx(float x) {
  const bool subnormal = x < 0x1p-126f;
  const float y = subnormal ? x * 0x1p24f : x;
  // y = m * 2^e with m from sqrt(1/2) to sqrt(2).
  const uint32_t bits = bits_of(y);
  const int32_t e = static_cast<int32_t>(bits - 0x3f3504f3u) >> 23;
  const float f = float_of(bits - (static_cast<uint32_t>(e) << 23)) - 1.0f;
  // Minimax for log2(1 + f) / f there, absolute error 2^-27.
  float p = -0x1.ced33cp-4f;
  p = p * f + 0x1.80ba26p-3f;
  p = p * f - 0x1.8662f4p-3f;
  p = p * f + 0x1.a263dep-3f;
  p = p * f - 0x1.eac606p-3f;
  p = p * f + 0x1.2782f2p-2f;
  p = p * f - 0x1.715a6ap-2f;
  p = p * f + 0x1.ec7080p-2f;
  p = p * f - 0x1.715470p-1f;
  p = p * f + 0x1.715476p+0f;
  const float r = p * f + static_cast<float>(subnormal ? e - 24 : e);
  const float edge = x == 0 ? float_of(0xff800000u) : (x > 0 ? x : float_of(kNan32));  // 0, inf; negative, NaN
  return x > 0 && x < float_of(0x7f800000u) ? r : edge;
}

struct Ex2 {
  [[gnu::always_inline]] static float of(float x) { return exp2_approx(x); }
};
struct Lg2 {
  [[gnu::always_inline]] static float of(float x) { return log2_approx(x); }
};
struct Rcp {
  [[gnu::always_inline]] static float of(float x) { return 1.0f / x; }
};
struct Sqrt {
  [[gnu::always_inline]] static float of(float x) { return __builtin_sqrtf(x); }
};
struct Rsqrt {
  [[gnu::always_inline]] static float of(float x) { return 1.0f / __builtin_sqrtf(x); }
};
struct Sin {
  static float of(float x) { return __builtin_sinf(x); }
};
struct Cos {
  static float of(float x) { return __builtin_cosf(x); }
};
struct Tanh {
  static float of(float x) { return __builtin_tanhf(x); }
};

template <class F, bool Ftz>
struct Unary {
  [[gnu::always_inline]] static float apply(float x) { return finish<Ftz, false>(F::of(flush_if<Ftz>(x))); }
};
template <class F>
void add_unary(OpTable& table, const char* base) {
  add_op<Unary<F, false>, float, float>(table, OpName(base, ".f32").text);
  add_op<Unary<F, true>, float, float>(table, OpName(base, ".ftz.f32").text);
}

template <bool Ftz>
struct DivFull {
  [[gnu::always_inline]] static float apply(float x, float y) {
    return finish<Ftz, false>(flush_if<Ftz>(x) / flush_if<Ftz>(y));
  }
};
// a * (1/b): the reciprocal of a b beyond 2^126 is subnormal and taken as 0, so infinity over it is NaN.
template <bool Ftz>
struct DivApprox {
  [[gnu::always_inline]] static float apply(float x, float y) {
    const float a = flush_if<Ftz>(x), b = flush_if<Ftz>(y);
    const bool beyond = __builtin_fabsf(b) > 0x1p126f;
    const float zero = float_of(bits_of(b) & 0x80000000u);
    return finish<Ftz, false>(beyond ? a * zero : a / b);
  }
};

/// A half through f32, rounded to nearest.
template <class H, class F, bool Ftz>
struct HalfUnary {
  [[gnu::always_inline]] static uint16_t apply(uint16_t h) {
    const float x = H::widen(h);
    const uint16_t r = H::nearest(F::of(Ftz ? flush(x) : x));
    const bool small = (r & 0x7fff) < H::least_normal;
    return Ftz && small ? static_cast<uint16_t>(r & 0x8000) : r;
  }
};
template <class F>
struct Pair {
  [[gnu::always_inline]] static uint32_t apply(uint32_t x) {
    const uint32_t high = F::apply(static_cast<uint16_t>(x >> 16));
    return high << 16 | F::apply(static_cast<uint16_t>(x));
  }
};
template <class H, class F, bool Ftz>
void add_half(OpTable& table, const char* base) {
  add_op<HalfUnary<H, F, Ftz>, uint16_t, uint16_t>(table, OpName(base, H::name).text);
  add_op<Pair<HalfUnary<H, F, Ftz>>, uint32_t, uint32_t>(table, OpName(base, H::name, "x2").text);
}

// ---- f64

[[gnu::always_inline]] inline double flush64(double x) {
  return __builtin_fabs(x) < 0x1p-1022 ? double_of(bits_of(x) & (uint64_t{1} << 63)) : x;
}
/// Only the upper word of the result is delivered.
struct RcpFtz64 {
  [[gnu::always_inline]] static double apply(double x) {
    const double r = flush64(1.0 / flush64(x));
    return r != r ? r : double_of(bits_of(r) & ~uint64_t{0xffffffffu});
  }
};
struct Rsqrt64 {
  [[gnu::always_inline]] static double apply(double x) { return 1.0 / __builtin_sqrt(x); }
};
struct RsqrtFtz64 {
  [[gnu::always_inline]] static double apply(double x) {
    const double r = 1.0 / __builtin_sqrt(flush64(x));
    return r != r ? r : double_of(bits_of(r) & ~uint64_t{0xffffffffu});
  }
};

}  // namespace

void add_special_ops(OpTable& table) {
  add_unary<Rcp>(table, "rcp.approx");
  add_unary<Sqrt>(table, "sqrt.approx");
  add_unary<Rsqrt>(table, "rsqrt.approx");
  add_unary<Ex2>(table, "ex2.approx");
  add_unary<Lg2>(table, "lg2.approx");
  add_unary<Sin>(table, "sin.approx");
  add_unary<Cos>(table, "cos.approx");
  add_op<Unary<Tanh, false>, float, float>(table, "tanh.approx.f32");
  add_op<DivFull<false>, float, float, float>(table, "div.full.f32");
  add_op<DivFull<true>, float, float, float>(table, "div.full.ftz.f32");
  add_op<DivApprox<false>, float, float, float>(table, "div.approx.f32");
  add_op<DivApprox<true>, float, float, float>(table, "div.approx.ftz.f32");
  add_half<F16, Ex2, false>(table, "ex2.approx");
  add_half<Bf16, Ex2, true>(table, "ex2.approx.ftz");
  add_half<F16, Tanh, false>(table, "tanh.approx");
  add_half<Bf16, Tanh, false>(table, "tanh.approx");
  add_op<RcpFtz64, double, double>(table, "rcp.approx.ftz.f64");
  add_op<Rsqrt64, double, double>(table, "rsqrt.approx.f64");
  add_op<RsqrtFtz64, double, double>(table, "rsqrt.approx.ftz.f64");
}

}  // namespace vgpu::VGPU_ISA
