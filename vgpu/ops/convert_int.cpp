// cvt between integers, with and without .sat, and cvt.pack. The names are explained in convert.cpp.

#include "vgpu/ops/convert.h"

namespace vgpu::VGPU_ISA {
namespace {

/// The low bits of a register as From, converted to To.
template <class From, class To>
struct Extend {
  template <class W>
  static To apply(W x) {
    return static_cast<To>(static_cast<From>(x));
  }
};

/// Of the many pairs of types few do different things: truncation is the destination's extension of the low bits, and
/// an extension is the source's unless it is cut short of the register.
template <class D, class S, int DBytes, int SBytes>
void add_plain(OpTable& table) {
  using Dw = RowWord<DBytes>;
  using Sw = RowWord<SBytes>;
  const OpName name("cvt", width_suffix<D, DBytes>(), int_name<D>(), int_name<S>(), width_suffix<S, SBytes>());
  if constexpr (sizeof(D) <= sizeof(S)) {
    add_op<Extend<D, D>, Dw, Sw>(table, name.text);
  } else if constexpr (!kSigned<S> || kSigned<D> || sizeof(D) == DBytes) {
    add_op<Extend<S, S>, Dw, Sw>(table, name.text);
  } else {
    add_op<Extend<S, D>, Dw, Sw>(table, name.text);
  }
}

template <class D, class S>
[[gnu::noinline]] D clamp(S x) {
  if constexpr (kSigned<S>) {
    if (x < 0) {
      if constexpr (!kSigned<D>) return 0;
      return static_cast<int64_t>(x) < static_cast<int64_t>(kMin<D>) ? kMin<D> : static_cast<D>(x);
    }
  }
  return static_cast<uint64_t>(x) > static_cast<uint64_t>(kMax<D>) ? kMax<D> : static_cast<D>(x);
}
template <class D, class S>
struct Saturate {
  template <class W>
  static D apply(W x) {
    return clamp<D, S>(static_cast<S>(x));
  }
};

template <class D, class S, int DBytes, int SBytes>
void add_saturated(OpTable& table) {
  constexpr bool holds_max = static_cast<uint64_t>(kMax<D>) >= static_cast<uint64_t>(kMax<S>);
  constexpr bool holds_min = static_cast<int64_t>(kMin<D>) <= static_cast<int64_t>(kMin<S>);
  if constexpr (!holds_max || !holds_min) {  // else .sat is not legal
    const OpName name("cvt.sat", width_suffix<D, DBytes>(), int_name<D>(), int_name<S>(), width_suffix<S, SBytes>());
    add_op<Saturate<D, S>, RowWord<DBytes>, RowWord<SBytes>>(table, name.text);
  }
}

/// a above b, each clamped to a field of so many bits; the rest of the word is c's low bits.
template <int Bits, bool Signed>
struct Pack {
  static uint32_t field(int32_t x) {
    constexpr int32_t max = (1 << (Signed ? Bits - 1 : Bits)) - 1;
    constexpr int32_t min = Signed ? -max - 1 : 0;
    const int32_t low = x < min ? min : x;
    return static_cast<uint32_t>(low > max ? max : low) & ((1u << Bits) - 1);
  }
  static uint32_t apply(int32_t a, int32_t b) { return field(a) << Bits | field(b); }
  static uint32_t apply(int32_t a, int32_t b, uint32_t c) { return c << (2 * Bits) | apply(a, b); }
};

}  // namespace

void add_convert_int_ops(OpTable& table) {
  for_each_int([&]<class D, int DBytes>() {
    for_each_int([&]<class S, int SBytes>() {
      add_plain<D, S, DBytes, SBytes>(table);
      add_saturated<D, S, DBytes, SBytes>(table);
    });
  });
  add_op<Pack<16, false>, uint32_t, int32_t, int32_t>(table, "cvt.pack.sat.u16.s32");
  add_op<Pack<16, true>, uint32_t, int32_t, int32_t>(table, "cvt.pack.sat.s16.s32");
  add_op<Pack<8, false>, uint32_t, int32_t, int32_t, uint32_t>(table, "cvt.pack.sat.u8.s32.b32");
  add_op<Pack<8, true>, uint32_t, int32_t, int32_t, uint32_t>(table, "cvt.pack.sat.s8.s32.b32");
  add_op<Pack<4, false>, uint32_t, int32_t, int32_t, uint32_t>(table, "cvt.pack.sat.u4.s32.b32");
  add_op<Pack<4, true>, uint32_t, int32_t, int32_t, uint32_t>(table, "cvt.pack.sat.s4.s32.b32");
  add_op<Pack<2, false>, uint32_t, int32_t, int32_t, uint32_t>(table, "cvt.pack.sat.u2.s32.b32");
  add_op<Pack<2, true>, uint32_t, int32_t, int32_t, uint32_t>(table, "cvt.pack.sat.s2.s32.b32");
}

}  // namespace vgpu::VGPU_ISA
