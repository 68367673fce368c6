// cvt among f16, bf16, tf32, f32 and f64, and two f32 into an f16x2 or bf16x2. A NaN result is the canonical one in
// f16, bf16, tf32 (but for rna) and f32; in f64 its payload is the host's.

#include "vgpu/ops/convert.h"

namespace vgpu::VGPU_ISA {
namespace {

// ---- the formats, as sources and as destinations

struct F32 {
  using row = float;
  static constexpr const char* name = ".f32";
  static float load(float x) { return x; }
  static float clamp(float x) { return saturate(x); }
  template <Round R>
  static float from(float x) {
    return canonical(x);
  }
  template <Round R>
  static float from(double x) {
    return canonical(to_float<R>(x));
  }
};
struct F64 {
  using row = double;
  static constexpr const char* name = ".f64";
  static double load(double x) { return x; }
  static double clamp(double x) { return saturate(x); }
  template <Round R>
  static double from(double x) {
    return x;
  }
};
template <class H>
struct Half {
  using row = uint16_t;
  static constexpr const char* name = H::name;
  static float load(uint16_t h) { return H::widen(h); }
  static uint16_t clamp(uint16_t h) {
    const bool zero = (h >> 15) != 0 || is_nan<H>(h);
    return zero ? 0 : (h > H::one ? H::one : h);
  }
  template <Round R>
  static uint16_t from(float x) {
    return narrow<H, R>(x);
  }
  template <Round R>
  static uint16_t from(double x) {
    return narrow<H, R>(to_float_odd(x));
  }
};

/// The largest finite value in place of infinity.
template <class H>
uint16_t finite(uint16_t h) {
  return (h & 0x7fff) == H::infinity ? static_cast<uint16_t>(h - 1) : h;
}

// ---- format to format

template <bool Ftz, class T>
[[gnu::always_inline]] inline T flush_source(T x) {
  if constexpr (Ftz && sizeof(T) == 4) return flush(x);
  return x;
}

enum class Clamp { none, sat, relu, satfinite, relu_satfinite };

template <class D, class S, Round R, bool Ftz, Clamp C>
struct Convert {
  /// An H100 rounds a subnormal f32 up or down to f16's least number whatever .ftz says; rn and rz give 0 anyway.
  static constexpr bool kFlush = Ftz && sizeof(typename S::row) == 4 && !std::is_same_v<D, Half<F16>>;
  [[gnu::always_inline]] static typename D::row apply(typename S::row x) {
    const auto a = flush_source<kFlush>(S::load(x));
    auto r = D::template from<R>(a);
    if constexpr (Ftz && sizeof(typename D::row) == 4) r = flush(r);
    if constexpr (C == Clamp::sat) return D::clamp(r);
    return r;
  }
};
template <class H, Round R, Clamp C>
struct ConvertHalf {
  [[gnu::always_inline]] static uint16_t apply(float x) {
    uint16_t h = narrow<H, R>(x);
    if constexpr (C == Clamp::satfinite || C == Clamp::relu_satfinite) h = finite<H>(h);
    if constexpr (C == Clamp::relu || C == Clamp::relu_satfinite) h = relu<H>(h);
    return h;
  }
};
/// a in the upper half, b in the lower.
template <class H, Round R, Clamp C>
struct ConvertPair {
  [[gnu::always_inline]] static uint32_t apply(float a, float b) {
    const uint32_t high = ConvertHalf<H, R, C>::apply(a);
    return high << 16 | ConvertHalf<H, R, C>::apply(b);
  }
};

template <class D, class S, Round R, bool Ftz>
void add_pair(OpTable& table, const char* rounding) {
  const char* ftz = Ftz ? ".ftz" : "";
  using Dr = typename D::row;
  using Sr = typename S::row;
  add_op<Convert<D, S, R, Ftz, Clamp::none>, Dr, Sr>(table, OpName("cvt", rounding, ftz, D::name, S::name).text);
  add_op<Convert<D, S, R, Ftz, Clamp::sat>, Dr, Sr>(table, OpName("cvt", rounding, ftz, ".sat", D::name, S::name).text);
}
/// A conversion that is exact, and takes no rounding.
template <class D, class S>
void add_exact_conversion(OpTable& table) {
  add_pair<D, S, Round::rn, false>(table, "");
  if constexpr (sizeof(typename D::row) == 4 || sizeof(typename S::row) == 4) {
    add_pair<D, S, Round::rn, true>(table, "");
  }
}
template <class D, class S, bool Ftz>
void add_rounded(OpTable& table) {
  add_pair<D, S, Round::rn, Ftz>(table, ".rn");
  add_pair<D, S, Round::rz, Ftz>(table, ".rz");
  add_pair<D, S, Round::rm, Ftz>(table, ".rm");
  add_pair<D, S, Round::rp, Ftz>(table, ".rp");
}

template <class H, Round R>
void add_from_f32(OpTable& table) {
  const auto add = [&]<Clamp C>(const char* modifiers, const char* pair) {
    add_op<ConvertHalf<H, R, C>, uint16_t, float>(table, OpName("cvt", name_of(R), modifiers, H::name, ".f32").text);
    add_op<ConvertPair<H, R, C>, uint32_t, float, float>(table, OpName("cvt", name_of(R), modifiers, pair).text);
  };
  const char* pair = H::infinity == F16::infinity ? ".f16x2.f32" : ".bf16x2.f32";
  add_op<ConvertPair<H, R, Clamp::none>, uint32_t, float, float>(table, OpName("cvt", name_of(R), pair).text);
  add.template operator()<Clamp::relu>(".relu", pair);
  add.template operator()<Clamp::satfinite>(".satfinite", pair);
  add.template operator()<Clamp::relu_satfinite>(".relu.satfinite", pair);
}

// ---- to an integral value of the same format

template <Round R, class T>
[[gnu::always_inline]] inline T integral(T x) {
  if constexpr (sizeof(T) == 4) {
    if constexpr (R == Round::rn) return __builtin_rintf(x);
    if constexpr (R == Round::rz) return __builtin_truncf(x);
    if constexpr (R == Round::rm) return __builtin_floorf(x);
    return __builtin_ceilf(x);
  } else {
    if constexpr (R == Round::rn) return __builtin_rint(x);
    if constexpr (R == Round::rz) return __builtin_trunc(x);
    if constexpr (R == Round::rm) return __builtin_floor(x);
    return __builtin_ceil(x);
  }
}
template <class T, Round R, bool Ftz, bool Sat>
struct Integral {
  [[gnu::always_inline]] static typename T::row apply(typename T::row x) {
    const auto a = flush_source < Ftz && sizeof(typename T::row) == 4 > (T::load(x));
    const auto r = T::template from<Round::rn>(integral<R>(a));
    return Sat ? T::clamp(r) : r;
  }
};
template <class T, Round R>
void add_integral(OpTable& table, const char* rounding) {
  using Tr = typename T::row;
  add_op<Integral<T, R, false, false>, Tr, Tr>(table, OpName("cvt", rounding, T::name, T::name).text);
  add_op<Integral<T, R, false, true>, Tr, Tr>(table, OpName("cvt", rounding, ".sat", T::name, T::name).text);
  if constexpr (sizeof(Tr) == 4) {
    add_op<Integral<T, R, true, false>, Tr, Tr>(table, OpName("cvt", rounding, ".ftz", T::name, T::name).text);
    add_op<Integral<T, R, true, true>, Tr, Tr>(table, OpName("cvt", rounding, ".ftz.sat", T::name, T::name).text);
  }
}
template <class T>
void add_same(OpTable& table) {
  add_exact_conversion<T, T>(table);
  add_integral<T, Round::rn>(table, ".rni");
  add_integral<T, Round::rz>(table, ".rzi");
  add_integral<T, Round::rm>(table, ".rmi");
  add_integral<T, Round::rp>(table, ".rpi");
}

// ---- tf32: an f32 whose low 13 bits are zero

enum class TfRound { rna, rn, rz };
template <TfRound R, Clamp C>
struct ToTf32 {
  [[gnu::always_inline]] static uint32_t apply(uint32_t x) {
    const uint32_t half = R == TfRound::rna ? 0x1000u : (R == TfRound::rn ? 0x0fffu + ((x >> 13) & 1) : 0u);
    const bool special = (x & 0x7fffffffu) >= 0x7f800000u;
    uint32_t r = (special ? x : x + half) & ~0x1fffu;
    if constexpr (C == Clamp::satfinite || C == Clamp::relu_satfinite) {
      r = (r & 0x7fffffffu) >= 0x7f800000u ? r - 0x2000u : r;
    }
    if constexpr (C == Clamp::relu || C == Clamp::relu_satfinite) r = (r >> 31) != 0 ? 0 : r;
    // An H100's rna treats a NaN as a number too great to be rounded; the others came with it.
    if constexpr (R != TfRound::rna) r = (x & 0x7fffffffu) > 0x7f800000u ? kNan32 : r;
    return r;
  }
};
template <TfRound R>
void add_tf32(OpTable& table, const char* rounding) {
  const auto add = [&]<Clamp C>(const char* modifiers) {
    add_op<ToTf32<R, C>, uint32_t, uint32_t>(table, OpName("cvt", rounding, modifiers, ".tf32.f32").text);
  };
  add.template operator()<Clamp::none>("");
  add.template operator()<Clamp::satfinite>(".satfinite");
  if constexpr (R != TfRound::rna) {
    add.template operator()<Clamp::relu>(".relu");
    add.template operator()<Clamp::relu_satfinite>(".relu.satfinite");
  }
}

template <class H>
void add_half(OpTable& table) {
  add_same<Half<H>>(table);
  add_exact_conversion<F32, Half<H>>(table);
  add_exact_conversion<F64, Half<H>>(table);
  add_rounded<Half<H>, F32, false>(table);
  add_rounded<Half<H>, F32, true>(table);
  add_rounded<Half<H>, F64, false>(table);
  add_from_f32<H, Round::rn>(table);
  add_from_f32<H, Round::rz>(table);
}

}  // namespace

void add_convert_float_ops(OpTable& table) {
  add_half<F16>(table);
  add_half<Bf16>(table);
  add_rounded<Half<F16>, Half<Bf16>, false>(table);
  add_rounded<Half<Bf16>, Half<F16>, false>(table);
  add_same<F32>(table);
  add_same<F64>(table);
  add_exact_conversion<F64, F32>(table);
  add_rounded<F32, F64, false>(table);
  add_rounded<F32, F64, true>(table);
  add_tf32<TfRound::rna>(table, ".rna");
  add_tf32<TfRound::rn>(table, ".rn");
  add_tf32<TfRound::rz>(table, ".rz");
}

}  // namespace vgpu::VGPU_ISA
