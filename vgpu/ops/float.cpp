// f32: add, sub, mul, fma, mad, div, min, max, abs, neg, copysign, testp, sqrt and rcp with a rounding.
// PTX ISA "Floating Point Instructions". A NaN result is 0x7fffffff; abs, neg and copysign only touch the sign bit.

#include "vgpu/ops/rounding.h"

namespace vgpu::VGPU_ISA {

void add_float64_ops(OpTable& table);  // float64.cpp

namespace {

// rn vectorises; the other directions are rare, and one scalar function each keeps the handlers small.
template <Round R>
[[gnu::noinline]] float add_directed(float a, float b) {
  return add_exact<R>(a, b);
}
template <Round R>
[[gnu::noinline]] float mul_directed(float a, float b) {
  return to_float<R>(static_cast<double>(a) * b);
}
template <Round R>
[[gnu::noinline]] float fma_directed(float a, float b, float c) {
  return add_exact<R>(static_cast<double>(a) * b, c);
}
// A quotient or root of two 24-bit numbers that is no float is at least 2^-51 away from every float, relatively: the
// nearest double is on the right side already.
template <Round R>
[[gnu::noinline]] float div_directed(float a, float b) {
  return to_float<R>(static_cast<double>(a) / b);
}
template <Round R>
[[gnu::noinline]] float sqrt_directed(float a) {
  return to_float<R>(__builtin_sqrt(static_cast<double>(a)));
}

[[gnu::always_inline]] inline float fma_nearest(float a, float b, float c) {
#ifdef __FMA__
  return __builtin_fmaf(a, b, c);
#else
  return add_exact<Round::rn>(static_cast<double>(a) * b, c);
#endif
}

template <Round R, bool Ftz, bool Sat>
struct Add {
  [[gnu::always_inline]] static float apply(float x, float y) {
    const float a = flush_if<Ftz>(x), b = flush_if<Ftz>(y);
    if constexpr (R == Round::rn) return finish<Ftz, Sat>(a + b);
    return finish<Ftz, Sat>(add_directed<R>(a, b));
  }
};
template <Round R, bool Ftz, bool Sat>
struct Sub {
  [[gnu::always_inline]] static float apply(float x, float y) { return Add<R, Ftz, Sat>::apply(x, -y); }
};
template <Round R, bool Ftz, bool Sat>
struct Mul {
  [[gnu::always_inline]] static float apply(float x, float y) {
    const float a = flush_if<Ftz>(x), b = flush_if<Ftz>(y);
    if constexpr (R == Round::rn) return finish<Ftz, Sat>(a * b);
    return finish<Ftz, Sat>(mul_directed<R>(a, b));
  }
};
template <Round R, bool Ftz, bool Sat>
struct Fma {
  [[gnu::always_inline]] static float apply(float x, float y, float z) {
    const float a = flush_if<Ftz>(x), b = flush_if<Ftz>(y), c = flush_if<Ftz>(z);
    if constexpr (R == Round::rn) return finish<Ftz, Sat>(fma_nearest(a, b, c));
    return finish<Ftz, Sat>(fma_directed<R>(a, b, c));
  }
};
template <Round R, bool Ftz>
struct Div {
  [[gnu::always_inline]] static float apply(float x, float y) {
    const float a = flush_if<Ftz>(x), b = flush_if<Ftz>(y);
    if constexpr (R == Round::rn) return finish<Ftz, false>(a / b);
    return finish<Ftz, false>(div_directed<R>(a, b));
  }
};
template <Round R, bool Ftz>
struct Rcp {
  [[gnu::always_inline]] static float apply(float x) { return Div<R, Ftz>::apply(1.0f, x); }
};
template <Round R, bool Ftz>
struct Sqrt {
  [[gnu::always_inline]] static float apply(float x) {
    const float a = flush_if<Ftz>(x);
    if constexpr (R == Round::rn) return finish<Ftz, false>(__builtin_sqrtf(a));
    return finish<Ftz, false>(sqrt_directed<R>(a));
  }
};

// A NaN operand gives the other one, or NaN with .NaN; -0 is below +0. With .xorsign.abs the magnitudes are compared
// and the result takes the product's sign.
template <bool Max, bool Ftz, bool Nan, bool Xorsign>
struct MinMax {
  [[gnu::always_inline]] static float apply(float x, float y) {
    float a = flush_if<Ftz>(x), b = flush_if<Ftz>(y);
    const uint32_t sign = (bits_of(a) ^ bits_of(b)) & 0x80000000u;
    if (Xorsign) a = __builtin_fabsf(a), b = __builtin_fabsf(b);
    // Equal operands are the same bits, or zeros of two signs: min wants the minus, max must not have it.
    const float equal = float_of(Max ? bits_of(a) & bits_of(b) : bits_of(a) | bits_of(b));
    const bool first = Max ? a > b : a < b;
    const bool second = Max ? a < b : a > b;
    float r = first ? a : (second ? b : equal);
    if (Xorsign) r = float_of(bits_of(r) | sign);
    const float lone = Xorsign ? float_of(bits_of(a != a ? b : a) | sign) : (a != a ? b : a);
    const bool unordered = (a != a) | (b != b);
    r = unordered ? (Nan ? float_of(kNan32) : lone) : r;
    return canonical(r);
  }
};

template <bool Ftz>
struct Abs {
  [[gnu::always_inline]] static float apply(float x) { return __builtin_fabsf(flush_if<Ftz>(x)); }
};
template <bool Ftz>
struct Neg {
  [[gnu::always_inline]] static float apply(float x) { return -flush_if<Ftz>(x); }
};
struct Copysign {
  [[gnu::always_inline]] static uint32_t apply(uint32_t a, uint32_t b) { return (a & 0x80000000u) | (b & 0x7fffffffu); }
};

/// The value's class, from its bits without the sign. Zero is a normal number here.
enum class Kind { finite, infinite, number, notanumber, normal, subnormal };
template <Kind K>
struct Testp {
  [[gnu::always_inline]] static bool apply(uint32_t x) {
    const uint32_t a = x & 0x7fffffffu;
    switch (K) {
      case Kind::finite:
        return a < 0x7f800000u;
      case Kind::infinite:
        return a == 0x7f800000u;
      case Kind::number:
        return a <= 0x7f800000u;
      case Kind::notanumber:
        return a > 0x7f800000u;
      case Kind::normal:
        return a == 0 || (a >= 0x00800000u && a < 0x7f800000u);
      case Kind::subnormal:
        return a != 0 && a < 0x00800000u;
    }
    return false;
  }
};

// rn is the default and may be left out; ftz and sat are independent.
template <template <Round, bool, bool> class F, Round R, bool Ftz, bool Sat, class... S>
void add_arithmetic(OpTable& table, const char* base, bool default_rounding) {
  const char* ftz = Ftz ? ".ftz" : "";
  const char* sat = Sat ? ".sat" : "";
  add_op<F<R, Ftz, Sat>, float, S...>(table, OpName(base, name_of(R), ftz, sat, ".f32").text);
  if (R == Round::rn && default_rounding) {
    add_op<F<R, Ftz, Sat>, float, S...>(table, OpName(base, ftz, sat, ".f32").text);
  }
}
template <template <Round, bool, bool> class F, Round R, class... S>
void add_arithmetic(OpTable& table, const char* base, bool default_rounding) {
  add_arithmetic<F, R, false, false, S...>(table, base, default_rounding);
  add_arithmetic<F, R, false, true, S...>(table, base, default_rounding);
  add_arithmetic<F, R, true, false, S...>(table, base, default_rounding);
  add_arithmetic<F, R, true, true, S...>(table, base, default_rounding);
}
template <template <Round, bool, bool> class F, class... S>
void add_arithmetic(OpTable& table, const char* base, bool default_rounding) {
  add_arithmetic<F, Round::rn, S...>(table, base, default_rounding);
  add_arithmetic<F, Round::rz, S...>(table, base, default_rounding);
  add_arithmetic<F, Round::rm, S...>(table, base, default_rounding);
  add_arithmetic<F, Round::rp, S...>(table, base, default_rounding);
}

template <template <Round, bool> class F, Round R, class... S>
void add_rounded(OpTable& table, const char* base) {
  add_op<F<R, false>, float, S...>(table, OpName(base, name_of(R), ".f32").text);
  add_op<F<R, true>, float, S...>(table, OpName(base, name_of(R), ".ftz.f32").text);
}
template <template <Round, bool> class F, class... S>
void add_rounded(OpTable& table, const char* base) {
  add_rounded<F, Round::rn, S...>(table, base);
  add_rounded<F, Round::rz, S...>(table, base);
  add_rounded<F, Round::rm, S...>(table, base);
  add_rounded<F, Round::rp, S...>(table, base);
}

template <bool Max, bool Ftz>
void add_min_max(OpTable& table) {
  const char* base = Max ? "max" : "min";
  const char* ftz = Ftz ? ".ftz" : "";
  add_op<MinMax<Max, Ftz, false, false>, float, float, float>(table, OpName(base, ftz, ".f32").text);
  add_op<MinMax<Max, Ftz, true, false>, float, float, float>(table, OpName(base, ftz, ".NaN.f32").text);
  add_op<MinMax<Max, Ftz, false, true>, float, float, float>(table, OpName(base, ftz, ".xorsign.abs.f32").text);
  add_op<MinMax<Max, Ftz, true, true>, float, float, float>(table, OpName(base, ftz, ".NaN.xorsign.abs.f32").text);
}

}  // namespace

void add_float_ops(OpTable& table) {
  add_arithmetic<Add, float, float>(table, "add", true);
  add_arithmetic<Sub, float, float>(table, "sub", true);
  add_arithmetic<Mul, float, float>(table, "mul", true);
  add_arithmetic<Fma, float, float, float>(table, "fma", false);
  add_arithmetic<Fma, float, float, float>(table, "mad", false);
  add_rounded<Div, float, float>(table, "div");
  add_rounded<Rcp, float>(table, "rcp");
  add_rounded<Sqrt, float>(table, "sqrt");
  add_min_max<false, false>(table);
  add_min_max<false, true>(table);
  add_min_max<true, false>(table);
  add_min_max<true, true>(table);
  add_op<Abs<false>, float, float>(table, "abs.f32");
  add_op<Abs<true>, float, float>(table, "abs.ftz.f32");
  add_op<Neg<false>, float, float>(table, "neg.f32");
  add_op<Neg<true>, float, float>(table, "neg.ftz.f32");
  add_op<Copysign, uint32_t, uint32_t, uint32_t>(table, "copysign.f32");
  add_op<Testp<Kind::finite>, Pred, uint32_t>(table, "testp.finite.f32");
  add_op<Testp<Kind::infinite>, Pred, uint32_t>(table, "testp.infinite.f32");
  add_op<Testp<Kind::number>, Pred, uint32_t>(table, "testp.number.f32");
  add_op<Testp<Kind::notanumber>, Pred, uint32_t>(table, "testp.notanumber.f32");
  add_op<Testp<Kind::normal>, Pred, uint32_t>(table, "testp.normal.f32");
  add_op<Testp<Kind::subnormal>, Pred, uint32_t>(table, "testp.subnormal.f32");
  add_float64_ops(table);
}

}  // namespace vgpu::VGPU_ISA
