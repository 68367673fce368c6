// Integer arithmetic (PTX ISA, "Integer Arithmetic Instructions"). Everything wraps: sums and products are formed in
// unsigned words at least 32 bits wide, so no lane's values are undefined behaviour.

#include <limits>

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"
#include "vgpu/ops/words.h"

namespace vgpu::VGPU_ISA {
namespace {

template <class T>
struct Add {
  static T apply(T a, T b) { return static_cast<T>(Word<T>(a) + Word<T>(b)); }
};
template <class T>
struct Sub {
  static T apply(T a, T b) { return static_cast<T>(Word<T>(a) - Word<T>(b)); }
};
template <class T>
struct MulLo {
  static T apply(T a, T b) { return static_cast<T>(Word<T>(a) * Word<T>(b)); }
};
template <class T>
struct MulHi {
  static T apply(T a, T b) { return mul_hi(a, b); }
};
template <class T>
struct MulWide {
  static Wide<T> apply(T a, T b) { return mul_wide(a, b); }
};
template <class T>
struct MadLo {
  static T apply(T a, T b, T c) { return static_cast<T>(Word<T>(a) * Word<T>(b) + Word<T>(c)); }
};
template <class T>
struct MadHi {
  static T apply(T a, T b, T c) { return Add<T>::apply(mul_hi(a, b), c); }
};
template <class T>
struct MadWide {
  static Wide<T> apply(T a, T b, Wide<T> c) { return Add<Wide<T>>::apply(mul_wide(a, b), c); }
};

int32_t saturate(int64_t value) {
  const int64_t low = std::numeric_limits<int32_t>::min(), high = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(value < low ? low : value > high ? high : value);
}
struct AddSat {
  static int32_t apply(int32_t a, int32_t b) { return saturate(int64_t{a} + b); }
};
struct SubSat {
  static int32_t apply(int32_t a, int32_t b) { return saturate(int64_t{a} - b); }
};
struct MadHiSat {
  static int32_t apply(int32_t a, int32_t b, int32_t c) { return saturate(int64_t{mul_hi(a, b)} + c); }
};

// The 24-bit forms look at the low 24 bits of their factors; hi is bits 47..16 of the product, not 47..32.
template <class T>
Wide<T> mul24(T a, T b) {
  const T x = static_cast<T>(static_cast<T>(uint32_t(a) << 8) >> 8),
          y = static_cast<T>(static_cast<T>(uint32_t(b) << 8) >> 8);
  return static_cast<Wide<T>>(Wide<T>{x} * y);
}
template <class T>
struct Mul24Lo {
  static T apply(T a, T b) { return static_cast<T>(mul24(a, b)); }
};
template <class T>
struct Mul24Hi {
  static T apply(T a, T b) { return static_cast<T>(mul24(a, b) >> 16); }
};
template <class T>
struct Mad24Lo {
  static T apply(T a, T b, T c) { return Add<T>::apply(Mul24Lo<T>::apply(a, b), c); }
};
template <class T>
struct Mad24Hi {
  static T apply(T a, T b, T c) { return Add<T>::apply(Mul24Hi<T>::apply(a, b), c); }
};
struct Mad24HiSat {
  static int32_t apply(int32_t a, int32_t b, int32_t c) { return saturate(int64_t{Mul24Hi<int32_t>::apply(a, b)} + c); }
};

// Division by zero, which PTX leaves open, gives all ones, as quotient and as remainder; the smallest number by -1
// wraps to itself. Up to 32 bits the quotient goes through double: it is exact there (the nearest double below an
// integer is closer to it than any fraction a/b with |a| < 2^53), and unlike integer division it vectorises.
template <class T>
T quotient(T a, T b) {
  if constexpr (sizeof(T) == 8) {
    if (b == 0) return static_cast<T>(~T{0});
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return static_cast<T>(uint64_t{0} - static_cast<uint64_t>(a));
    }
    // Most quotients in kernels fit in 32 bits, where many processors divide several times faster.
    if (((static_cast<uint64_t>(a) | static_cast<uint64_t>(b)) >> 32) == 0) {
      return static_cast<T>(static_cast<uint32_t>(a) / static_cast<uint32_t>(b));
    }
    return a / b;
  } else if constexpr (std::is_signed_v<T>) {
    // 0 and -1 divide by 1 instead, so that the conversion back never overflows.
    const bool special = static_cast<Word<T>>(b) + 1 <= 1;
    const int32_t q = static_cast<int32_t>(static_cast<double>(a) / static_cast<double>(special ? T{1} : b));
    const Word<T> negated = 0 - static_cast<Word<T>>(a);
    return static_cast<T>(b == 0 ? ~Word<T>{0} : b == -1 ? negated : static_cast<Word<T>>(q));
  } else {
    // By 2 and more the quotient is below 2^31 and may be converted as a signed number, which AVX2 can.
    const double divisor = static_cast<double>(b < 2 ? T{2} : b);
    const uint32_t q = static_cast<uint32_t>(static_cast<int32_t>(static_cast<double>(a) / divisor));
    return static_cast<T>(b == 0 ? ~uint32_t{0} : b == 1 ? uint32_t{a} : q);
  }
}
template <class T>
struct Div {
  static T apply(T a, T b) { return quotient(a, b); }
};
template <class T>
struct Rem {
  static T apply(T a, T b) {
    const T rest = static_cast<T>(Word<T>(a) - Word<T>(quotient(a, b)) * Word<T>(b));
    return b == 0 ? static_cast<T>(~T{0}) : rest;
  }
};

template <class T>
struct Min {
  static T apply(T a, T b) { return a < b ? a : b; }
};
template <class T>
struct Max {
  static T apply(T a, T b) { return a > b ? a : b; }
};
template <class T>
struct Neg {
  static T apply(T a) { return static_cast<T>(Word<T>{0} - Word<T>(a)); }
};
template <class T>
struct Abs {
  static T apply(T a) { return a < 0 ? Neg<T>::apply(a) : a; }
};
template <class T>
struct Sad {
  static T apply(T a, T b, T c) {
    return static_cast<T>(Word<T>(c) + (a < b ? Word<T>(b) - Word<T>(a) : Word<T>(a) - Word<T>(b)));
  }
};

/// Sums of products of the bytes of b with the bytes (dp4a) or 16-bit halves (dp2a) of a; A and B give the signs.
template <class A, class B>
struct Dp4a {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    for (int i = 0; i < 32; i += 8) {
      c += static_cast<uint32_t>(int32_t{static_cast<A>(a >> i)} * int32_t{static_cast<B>(b >> i)});
    }
    return c;
  }
};
template <class A, class B, int kFirstByte>
struct Dp2a {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    for (int i = 0; i < 2; ++i) {
      const int32_t x = static_cast<A>(a >> (16 * i)), y = static_cast<B>(b >> (8 * (kFirstByte + i)));
      c += static_cast<uint32_t>(x * y);
    }
    return c;
  }
};

template <template <class> class F, class... T>
void add_unary(OpTable& table, const char* base) {
  (add_op<F<T>, T, T>(table, OpName(base, suffix<T>()).text), ...);
}
template <template <class> class F, class... T>
void add_binary(OpTable& table, const char* base) {
  (add_op<F<T>, T, T, T>(table, OpName(base, suffix<T>()).text), ...);
}
template <template <class> class F, class... T>
void add_ternary(OpTable& table, const char* base) {
  (add_op<F<T>, T, T, T, T>(table, OpName(base, suffix<T>()).text), ...);
}
template <template <class> class F>
void add_binary_all(OpTable& table, const char* base) {
  add_binary<F, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t>(table, base);
}
template <template <class> class F>
void add_ternary_all(OpTable& table, const char* base) {
  add_ternary<F, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t>(table, base);
}
template <class... T>
void add_wide(OpTable& table) {
  (add_op<MulWide<T>, Wide<T>, T, T>(table, OpName("mul.wide", suffix<T>()).text), ...);
  (add_op<MadWide<T>, Wide<T>, T, T, Wide<T>>(table, OpName("mad.wide", suffix<T>()).text), ...);
}

template <class A, class B>
void add_dot_products(OpTable& table, const char* types) {
  using A2 = std::conditional_t<std::is_signed_v<A>, int16_t, uint16_t>;
  using W = uint32_t;
  add_op<Dp4a<A, B>, W, W, W, W>(table, OpName("dp4a", types).text);
  add_op<Dp2a<A2, B, 0>, W, W, W, W>(table, OpName("dp2a.lo", types).text);
  add_op<Dp2a<A2, B, 2>, W, W, W, W>(table, OpName("dp2a.hi", types).text);
}

}  // namespace

void add_integer_ops(OpTable& table) {
  add_binary_all<Add>(table, "add");
  add_binary_all<Sub>(table, "sub");
  add_op<AddSat, int32_t, int32_t, int32_t>(table, "add.sat.s32");
  add_op<SubSat, int32_t, int32_t, int32_t>(table, "sub.sat.s32");

  add_binary_all<MulLo>(table, "mul.lo");
  add_binary_all<MulHi>(table, "mul.hi");
  add_ternary_all<MadLo>(table, "mad.lo");
  add_ternary_all<MadHi>(table, "mad.hi");
  add_op<MadHiSat, int32_t, int32_t, int32_t, int32_t>(table, "mad.hi.sat.s32");
  add_wide<uint16_t, int16_t, uint32_t, int32_t>(table);

  add_binary<Mul24Lo, uint32_t, int32_t>(table, "mul24.lo");
  add_binary<Mul24Hi, uint32_t, int32_t>(table, "mul24.hi");
  add_ternary<Mad24Lo, uint32_t, int32_t>(table, "mad24.lo");
  add_ternary<Mad24Hi, uint32_t, int32_t>(table, "mad24.hi");
  add_op<Mad24HiSat, int32_t, int32_t, int32_t, int32_t>(table, "mad24.hi.sat.s32");

  add_binary_all<Div>(table, "div");
  add_binary_all<Rem>(table, "rem");
  add_binary_all<Min>(table, "min");
  add_binary_all<Max>(table, "max");
  add_unary<Neg, int16_t, int32_t, int64_t>(table, "neg");
  add_unary<Abs, int16_t, int32_t, int64_t>(table, "abs");
  add_ternary_all<Sad>(table, "sad");

  add_dot_products<uint8_t, uint8_t>(table, ".u32.u32");
  add_dot_products<uint8_t, int8_t>(table, ".u32.s32");
  add_dot_products<int8_t, uint8_t>(table, ".s32.u32");
  add_dot_products<int8_t, int8_t>(table, ".s32.s32");

  add_carry_ops(table);
}

}  // namespace vgpu::VGPU_ISA
