// f16, bf16 and their pairs: add, sub, mul, fma, min, max, abs, neg. PTX ISA "Half Precision Floating Point
// Instructions". A NaN result is 0x7fff; abs and neg only touch the sign bit. ex2 and tanh are in special.cpp.

#include "vgpu/ops/half_math.h"

namespace vgpu::VGPU_ISA {
namespace {

enum class Clamp { none, sat, relu };

template <class H, bool Ftz>
[[gnu::always_inline]] inline uint16_t flush_half(uint16_t h) {
  const bool small = (h & 0x7fff) < H::least_normal;
  return Ftz && small ? static_cast<uint16_t>(h & 0x8000) : h;
}
template <class H, bool Ftz, Clamp C>
[[gnu::always_inline]] inline uint16_t finish_half(uint16_t x) {
  const uint16_t h = flush_half<H, Ftz>(x);
  if constexpr (C == Clamp::relu) return relu<H>(h);
  if constexpr (C == Clamp::sat) {
    const bool zero = (h >> 15) != 0 || is_nan<H>(h);
    return zero ? uint16_t{0} : (h > H::one ? H::one : h);
  }
  return h;
}

// One operation, rounded once. f32 has more than twice the bits of an f16 and two more, so a sum or product in f32
// rounds again as if exact; bf16 has the exponents of f32, so its results must pass through double and an odd f32.
[[gnu::always_inline]] inline uint16_t add(F16, float a, float b) { return F16::nearest(a + b); }
[[gnu::always_inline]] inline uint16_t mul(F16, float a, float b) { return F16::nearest(a * b); }
[[gnu::always_inline]] inline uint16_t fma(F16, float a, float b, float c) {
  return F16::nearest(round_to_odd(two_sum(a * b, c)));  // the product of two f16 is an f32
}
[[gnu::always_inline]] inline uint16_t fma(Bf16, float a, float b, float c) {
  const double product = static_cast<double>(a) * b;
  return Bf16::nearest(to_float_odd(round_to_odd(two_sum(product, static_cast<double>(c)))));
}
[[gnu::always_inline]] inline uint16_t add(Bf16, float a, float b) { return fma(Bf16{}, a, 1.0f, b); }
[[gnu::always_inline]] inline uint16_t mul(Bf16, float a, float b) {
  return Bf16::nearest(to_float_odd(static_cast<double>(a) * b));
}

template <class H, bool Ftz>
[[gnu::always_inline]] inline float load(uint16_t h) {
  return H::widen(flush_half<H, Ftz>(h));
}

template <class H, bool Ftz, Clamp C>
struct Add {
  [[gnu::always_inline]] static uint16_t apply(uint16_t a, uint16_t b) {
    return finish_half<H, Ftz, C>(add(H{}, load<H, Ftz>(a), load<H, Ftz>(b)));
  }
};
template <class H, bool Ftz, Clamp C>
struct Sub {
  [[gnu::always_inline]] static uint16_t apply(uint16_t a, uint16_t b) {
    return finish_half<H, Ftz, C>(add(H{}, load<H, Ftz>(a), -load<H, Ftz>(b)));
  }
};
template <class H, bool Ftz, Clamp C>
struct Mul {
  [[gnu::always_inline]] static uint16_t apply(uint16_t a, uint16_t b) {
    return finish_half<H, Ftz, C>(mul(H{}, load<H, Ftz>(a), load<H, Ftz>(b)));
  }
};
template <class H, bool Ftz, Clamp C>
struct Fma {
  [[gnu::always_inline]] static uint16_t apply(uint16_t a, uint16_t b, uint16_t c) {
    return finish_half<H, Ftz, C>(fma(H{}, load<H, Ftz>(a), load<H, Ftz>(b), load<H, Ftz>(c)));
  }
};

// As for f32: a NaN operand gives the other one, or NaN with .NaN; -0 is below +0; with .xorsign.abs the magnitudes are
// compared and the result takes the product's sign.
template <class H, bool Max, bool Ftz, bool Nan, bool Xorsign>
struct MinMax {
  /// Integers in the order of the values.
  static int16_t key(uint16_t h) { return static_cast<int16_t>((h >> 15) != 0 ? h ^ 0x7fff : h); }

  [[gnu::always_inline]] static uint16_t apply(uint16_t x, uint16_t y) {
    uint16_t a = flush_half<H, Ftz>(x), b = flush_half<H, Ftz>(y);
    const uint16_t sign = Xorsign ? (a ^ b) & 0x8000 : 0;
    if (Xorsign) a &= 0x7fff, b &= 0x7fff;
    const bool nan_a = is_nan<H>(a), nan_b = is_nan<H>(b);
    const bool first = Max ? key(a) > key(b) : key(a) < key(b);
    const uint16_t ordered = first ? a : b;
    uint16_t r = nan_a ? b : (nan_b ? a : ordered);
    r |= sign;
    const bool nan = Nan ? nan_a | nan_b : nan_a & nan_b;
    return nan ? kNan16 : r;
  }
};

template <class H, bool Ftz>
struct Abs {
  [[gnu::always_inline]] static uint16_t apply(uint16_t h) { return flush_half<H, Ftz>(h) & 0x7fff; }
};
template <class H, bool Ftz>
struct Neg {
  [[gnu::always_inline]] static uint16_t apply(uint16_t h) { return flush_half<H, Ftz>(h) ^ 0x8000; }
};

/// F on both halves of a word.
template <class F>
struct Pair {
  template <class... Word>
  [[gnu::always_inline]] static uint32_t apply(Word... words) {
    const uint32_t high = F::apply(static_cast<uint16_t>(words >> 16)...);
    return high << 16 | F::apply(static_cast<uint16_t>(words)...);
  }
};

/// The operation on single halves and on pairs.
template <class F, class H, class... Operand>
void add_both(OpTable& table, const char* base, const char* ftz = "", const char* modifiers = "") {
  add_op<F, uint16_t, std::conditional_t<true, uint16_t, Operand>...>(table,
                                                                      OpName(base, ftz, modifiers, H::name).text);
  add_op<Pair<F>, uint32_t, std::conditional_t<true, uint32_t, Operand>...>(
      table, OpName(base, ftz, modifiers, H::name, "x2").text);
}

template <class H, template <class, bool, Clamp> class F>
void add_arithmetic(OpTable& table, const char* base, const char* rounded) {
  for (const char* name : {base, rounded}) {
    add_both<F<H, false, Clamp::none>, H, int, int>(table, name);
    if constexpr (std::is_same_v<H, F16>) {
      add_both<F<H, false, Clamp::sat>, H, int, int>(table, name, "", ".sat");
      add_both<F<H, true, Clamp::none>, H, int, int>(table, name, ".ftz");
      add_both<F<H, true, Clamp::sat>, H, int, int>(table, name, ".ftz", ".sat");
    }
  }
}

template <class H, bool Max, bool Ftz>
void add_min_max(OpTable& table) {
  const char* base = Max ? "max" : "min";
  const char* ftz = Ftz ? ".ftz" : "";
  add_both<MinMax<H, Max, Ftz, false, false>, H, int, int>(table, base, ftz);
  add_both<MinMax<H, Max, Ftz, true, false>, H, int, int>(table, base, ftz, ".NaN");
  add_both<MinMax<H, Max, Ftz, false, true>, H, int, int>(table, base, ftz, ".xorsign.abs");
  add_both<MinMax<H, Max, Ftz, true, true>, H, int, int>(table, base, ftz, ".NaN.xorsign.abs");
}

template <class H>
void add_format(OpTable& table) {
  add_arithmetic<H, Add>(table, "add", "add.rn");
  add_arithmetic<H, Sub>(table, "sub", "sub.rn");
  add_arithmetic<H, Mul>(table, "mul", "mul.rn");
  add_both<Fma<H, false, Clamp::none>, H, int, int, int>(table, "fma.rn");
  add_both<Fma<H, false, Clamp::relu>, H, int, int, int>(table, "fma.rn", "", ".relu");
  add_min_max<H, false, false>(table);
  add_min_max<H, true, false>(table);
  add_both<Abs<H, false>, H, int>(table, "abs");
  add_both<Neg<H, false>, H, int>(table, "neg");
}

}  // namespace

void add_half_ops(OpTable& table) {
  add_format<F16>(table);
  add_format<Bf16>(table);
  add_both<Fma<F16, false, Clamp::sat>, F16, int, int, int>(table, "fma.rn", "", ".sat");
  add_both<Fma<F16, true, Clamp::none>, F16, int, int, int>(table, "fma.rn", ".ftz");
  add_both<Fma<F16, true, Clamp::sat>, F16, int, int, int>(table, "fma.rn", ".ftz", ".sat");
  add_both<Fma<F16, true, Clamp::relu>, F16, int, int, int>(table, "fma.rn", ".ftz", ".relu");
  add_min_max<F16, false, true>(table);
  add_min_max<F16, true, true>(table);
  add_both<Abs<F16, true>, F16, int>(table, "abs", ".ftz");
  add_both<Neg<F16, true>, F16, int>(table, "neg", ".ftz");
}

}  // namespace vgpu::VGPU_ISA
