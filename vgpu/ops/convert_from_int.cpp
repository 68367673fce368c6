// cvt from integers to floating point. The names are explained in convert.cpp.

#include "vgpu/ops/convert.h"

namespace vgpu::VGPU_ISA {
namespace {

/// x as a double and what that leaves out.
template <class S>
[[gnu::always_inline]] inline Sum<double> exact(S x) {
  if constexpr (sizeof(S) < 8) {
    return {static_cast<double>(x), 0.0};
  } else {
    return two_sum(static_cast<double>(x >> 32) * 0x1p32, static_cast<double>(static_cast<uint32_t>(x)));
  }
}

struct ToF32 {
  using row = float;
  static constexpr const char* name = ".f32";
  template <Round R, class S>
  [[gnu::always_inline]] static inline float convert(S x) {
    if constexpr (R == Round::rn) return static_cast<float>(x);
    return to_float<R>(round_to_odd(exact(x)));
  }
  static float clamp(float x) { return saturate(x); }
};
struct ToF64 {
  using row = double;
  static constexpr const char* name = ".f64";
  template <Round R, class S>
  [[gnu::always_inline]] static inline double convert(S x) {
    if constexpr (R == Round::rn || sizeof(S) < 8) return static_cast<double>(x);
    const Sum<double> s = exact(x);
    const bool negative = s.sum < 0;
    const bool down = R == Round::rm || (R == Round::rz && !negative);
    const bool beyond = down ? s.error < 0 : s.error > 0;  // the nearest is past the exact value
    const uint64_t b = bits_of(s.sum);
    return double_of(!beyond ? b : (down != negative ? b - 1 : b + 1));
  }
  static double clamp(double x) { return saturate(x); }
};
template <class H>
struct ToHalf {
  using row = uint16_t;
  static constexpr const char* name = H::name;
  template <Round R, class S>
  [[gnu::always_inline]] static inline uint16_t convert(S x) {
    return narrow<H, R>(to_float_odd(round_to_odd(exact(x))));
  }
  static uint16_t clamp(uint16_t h) { return (h >> 15) != 0 ? 0 : (h > H::one ? H::one : h); }
};

template <class D, Round R, class S>
[[gnu::noinline]] typename D::row from_int_called(S x) {
  return D::template convert<R>(x);
}
template <class D, Round R, class S, bool Sat>
struct FromInt {
  template <class W>
  [[gnu::always_inline]] static typename D::row apply(W w) {
    const S x = static_cast<S>(w);
    constexpr bool common = R == Round::rn && !Sat && sizeof(typename D::row) >= 4;
    const auto r = common ? D::template convert<R>(x) : from_int_called<D, R>(x);
    return Sat ? D::clamp(r) : r;
  }
};

template <class D, Round R, class S, int SBytes>
void add_from_int(OpTable& table) {
  using Row = typename D::row;
  using Word = RowWord<SBytes>;
  const char* width = width_suffix<S, SBytes>();
  const auto add = [&]<bool Sat>(const char* modifiers) {
    const OpName name("cvt", name_of(R), modifiers, D::name, int_name<S>(), width);
    add_op<FromInt<D, R, S, Sat>, Row, Word>(table, name.text);
  };
  add.template operator()<false>("");
  add.template operator()<true>(".sat");
  if constexpr (sizeof(Row) == 4) {  // an integer is never subnormal
    add.template operator()<false>(".ftz");
    add.template operator()<true>(".ftz.sat");
  }
}
template <class D>
void add_from_ints(OpTable& table) {
  for_each_int([&]<class S, int SBytes>() {
    add_from_int<D, Round::rn, S, SBytes>(table);
    add_from_int<D, Round::rz, S, SBytes>(table);
    add_from_int<D, Round::rm, S, SBytes>(table);
    add_from_int<D, Round::rp, S, SBytes>(table);
  });
}

}  // namespace

void add_convert_from_int_ops(OpTable& table) {
  add_from_ints<ToF32>(table);
  add_from_ints<ToF64>(table);
  add_from_ints<ToHalf<F16>>(table);
  add_from_ints<ToHalf<Bf16>>(table);
}

}  // namespace vgpu::VGPU_ISA
