// cvt from floating point to integers. The names are explained in convert.cpp.
//
// A value is rounded, then clamped to the type's range (.sat says nothing new). NaN gives 0, except from f64 or to 64
// bits: the top bit alone.

#include "vgpu/ops/convert.h"

namespace vgpu::VGPU_ISA {
namespace {

constexpr const char* integral_name(Round r) {
  constexpr const char* names[] = {".rni", ".rzi", ".rmi", ".rpi"};
  return names[static_cast<int>(r)];
}

template <Round R>
[[gnu::always_inline]] inline float integral(float x) {
  if constexpr (R == Round::rn) return __builtin_rintf(x);
  if constexpr (R == Round::rm) return __builtin_floorf(x);
  if constexpr (R == Round::rp) return __builtin_ceilf(x);
  return x;  // the conversion truncates
}
template <Round R>
[[gnu::always_inline]] inline double integral(double x) {
  if constexpr (R == Round::rn) return __builtin_rint(x);
  if constexpr (R == Round::rm) return __builtin_floor(x);
  if constexpr (R == Round::rp) return __builtin_ceil(x);
  return x;
}

/// x truncated and clamped to D's range; `nan` for NaN. Never converts what does not fit.
template <class D, class F>
[[gnu::always_inline]] inline D clamped(F x, D nan) {
  constexpr F limit = static_cast<F>(uint64_t{1} << (kBits<D> - 1)) * (kSigned<D> ? F{1} : F{2});  // kMax + 1
  constexpr F low = static_cast<F>(kMin<D>);
  const bool over = x >= limit;
  const F above = x > low ? x : low;  // NaN: low
  const F fits = over ? F{0} : above;
  D r;
  if constexpr (sizeof(D) < 4) {
    r = static_cast<D>(static_cast<int32_t>(fits));
  } else if constexpr (sizeof(D) == 4 && !kSigned<D> && sizeof(F) == 4) {
    // The vector instruction only knows signed results.
    const bool high = fits >= F{0x1p31};
    const int32_t part = static_cast<int32_t>(high ? fits - F{0x1p31} : fits);
    r = static_cast<uint32_t>(part) ^ (high ? 0x80000000u : 0u);
  } else {
    r = static_cast<D>(fits);
  }
  r = over ? kMax<D> : r;
  return x != x ? nan : r;
}

struct FromF16 {
  using row = uint16_t;
  static constexpr const char* name = ".f16";
  [[gnu::always_inline]] static inline float load(uint16_t x) { return F16::widen(x); }
};
struct FromBf16 {
  using row = uint16_t;
  static constexpr const char* name = ".bf16";
  [[gnu::always_inline]] static inline float load(uint16_t x) { return Bf16::widen(x); }
};
struct FromF32 {
  using row = float;
  static constexpr const char* name = ".f32";
  [[gnu::always_inline]] static inline float load(float x) { return x; }
};
struct FromF32Ftz {
  using row = float;
  static constexpr const char* name = ".f32";
  [[gnu::always_inline]] static inline float load(float x) { return flush(x); }
};
struct FromF64 {
  using row = double;
  static constexpr const char* name = ".f64";
  [[gnu::always_inline]] static inline double load(double x) { return x; }
};

template <class S, Round R, class D>
[[gnu::always_inline]] inline D to_int(typename S::row x) {
  constexpr bool is_f64 = sizeof(typename S::row) == 8;
  constexpr D nan = is_f64 || sizeof(D) == 8 ? static_cast<D>(uint64_t{1} << (kBits<D> - 1)) : D{0};
  return clamped<D>(integral<R>(S::load(x)), nan);
}
template <class S, Round R, class D>
[[gnu::noinline]] D to_int_called(typename S::row x) {
  return to_int<S, R, D>(x);
}

/// The common forms vectorise; the others share one function for all widths of the register.
template <class S, Round R, class D>
struct ToInt {
  static D apply(typename S::row x) {
    constexpr bool common = sizeof(D) == 4 && sizeof(typename S::row) <= 4;
    return common ? to_int<S, R, D>(x) : to_int_called<S, R, D>(x);
  }
};

template <class S, Round R, class D, int DBytes>
void add_to_int(OpTable& table, const char* ftz) {
  using H = ToInt<S, R, D>;
  const char* width = width_suffix<D, DBytes>();
  add_op<H, RowWord<DBytes>, typename S::row>(table,
                                              OpName("cvt", integral_name(R), ftz, width, int_name<D>(), S::name).text);
  add_op<H, RowWord<DBytes>, typename S::row>(
      table, OpName("cvt", integral_name(R), ftz, ".sat", width, int_name<D>(), S::name).text);
}
template <class S>
void add_to_ints(OpTable& table, const char* ftz) {
  for_each_int([&]<class D, int DBytes>() {
    add_to_int<S, Round::rn, D, DBytes>(table, ftz);
    add_to_int<S, Round::rz, D, DBytes>(table, ftz);
    add_to_int<S, Round::rm, D, DBytes>(table, ftz);
    add_to_int<S, Round::rp, D, DBytes>(table, ftz);
  });
}

}  // namespace

void add_convert_to_int_ops(OpTable& table) {
  add_to_ints<FromF16>(table, "");
  add_to_ints<FromBf16>(table, "");
  add_to_ints<FromF32>(table, "");
  add_to_ints<FromF32Ftz>(table, ".ftz");
  add_to_ints<FromF64>(table, "");
}

}  // namespace vgpu::VGPU_ISA
