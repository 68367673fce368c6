// f64: add, sub, mul, fma, mad, div, rcp, sqrt in the four roundings, min, max, abs, neg, copysign, testp.
// The payload and sign of a NaN result are the host's; only min and max of two NaNs give the canonical one.

#include <cfenv>

#include "vgpu/ops/rounding.h"

namespace vgpu::VGPU_ISA {
namespace {

struct Add {
  static double apply(double a, double b) { return a + b; }
};
struct Sub {
  static double apply(double a, double b) { return a - b; }
};
struct Mul {
  static double apply(double a, double b) { return a * b; }
};
struct Fma {
  static double apply(double a, double b, double c) { return __builtin_fma(a, b, c); }
};
struct Div {
  static double apply(double a, double b) { return a / b; }
};
struct Rcp {
  static double apply(double a) { return 1.0 / a; }
};
struct Sqrt {
  static double apply(double a) { return __builtin_sqrt(a); }
};

constexpr int host_rounding(Round r) {
  return r == Round::rz ? FE_TOWARDZERO : (r == Round::rm ? FE_DOWNWARD : FE_UPWARD);
}

/// Handlers for F in a direction of the processor's own. Every operand and result passes through a volatile: accesses
/// to those are not moved over the calls that switch the rounding, so neither is the arithmetic between them.
template <class F, Round R, class... S>
struct Directed {
  template <size_t... I>
  static void run(char* r, const OpRows& o, uint32_t mask, std::index_sequence<I...>) {
    double* d = reinterpret_cast<double*>(r + o.d[0]);
    const int before = std::fegetround();
    std::fesetround(host_rounding(R));
    for (int l = 0; l < kLanes; ++l) {
      if (((mask >> l) & 1) == 0) continue;
      volatile double operands[] = {reinterpret_cast<const S*>(r + o.s[I])[l]...};
      volatile double result = F::apply(operands[I]...);
      d[l] = result;
    }
    std::fesetround(before);
  }
  static void full(char* r, const OpRows& o, uint32_t) { run(r, o, kFullMask, std::index_sequence_for<S...>{}); }
  static void masked(char* r, const OpRows& o, uint32_t mask) { run(r, o, mask, std::index_sequence_for<S...>{}); }
};

template <class F, Round R, class... S>
void add_directed(OpTable& table, const char* base) {
  Op op;
  op.name = OpName(base, name_of(R), ".f64").text;
  op.full = &Directed<F, R, S...>::full;
  op.masked = &Directed<F, R, S...>::masked;
  op.d[0] = Row::b64;
  for (size_t i = 0; i < sizeof...(S); ++i) op.s[i] = Row::b64;
  table.add(op);
}
template <class F, class... S>
void add_rounded(OpTable& table, const char* base) {
  add_op<F, double, S...>(table, OpName(base, ".rn.f64").text);
  add_directed<F, Round::rz, S...>(table, base);
  add_directed<F, Round::rm, S...>(table, base);
  add_directed<F, Round::rp, S...>(table, base);
}

template <bool Max>
struct MinMax {
  static double apply(double a, double b) {
    const double equal = double_of(Max ? bits_of(a) & bits_of(b) : bits_of(a) | bits_of(b));
    const bool first = Max ? a > b : a < b;
    const bool second = Max ? a < b : a > b;
    const double ordered = first ? a : (second ? b : equal);
    const double lone = a != a ? (b != b ? double_of(0x7fffffffffffffffu) : b) : a;
    return ((a != a) | (b != b)) ? lone : ordered;
  }
};

inline constexpr uint64_t kSign = uint64_t{1} << 63;
inline constexpr uint64_t kInf = uint64_t{0x7ff} << 52;

struct Abs {
  static uint64_t apply(uint64_t a) { return a & ~kSign; }
};
struct Neg {
  static uint64_t apply(uint64_t a) { return a ^ kSign; }
};
struct Copysign {
  static uint64_t apply(uint64_t a, uint64_t b) { return (a & kSign) | (b & ~kSign); }
};

enum class Kind { finite, infinite, number, notanumber, normal, subnormal };
template <Kind K>
struct Testp {
  static bool apply(uint64_t x) {
    const uint64_t a = x & ~kSign;
    const uint64_t least_normal = uint64_t{1} << 52;
    switch (K) {
      case Kind::finite:
        return a < kInf;
      case Kind::infinite:
        return a == kInf;
      case Kind::number:
        return a <= kInf;
      case Kind::notanumber:
        return a > kInf;
      case Kind::normal:
        return a == 0 || (a >= least_normal && a < kInf);
      case Kind::subnormal:
        return a != 0 && a < least_normal;
    }
    return false;
  }
};

}  // namespace

void add_float64_ops(OpTable& table) {
  add_op<Add, double, double, double>(table, "add.f64");
  add_op<Sub, double, double, double>(table, "sub.f64");
  add_op<Mul, double, double, double>(table, "mul.f64");
  add_rounded<Add, double, double>(table, "add");
  add_rounded<Sub, double, double>(table, "sub");
  add_rounded<Mul, double, double>(table, "mul");
  add_rounded<Fma, double, double, double>(table, "fma");
  add_rounded<Fma, double, double, double>(table, "mad");
  add_rounded<Div, double, double>(table, "div");
  add_rounded<Rcp, double>(table, "rcp");
  add_rounded<Sqrt, double>(table, "sqrt");
  add_op<MinMax<false>, double, double, double>(table, "min.f64");
  add_op<MinMax<true>, double, double, double>(table, "max.f64");
  add_op<Abs, uint64_t, uint64_t>(table, "abs.f64");
  add_op<Neg, uint64_t, uint64_t>(table, "neg.f64");
  add_op<Copysign, uint64_t, uint64_t, uint64_t>(table, "copysign.f64");
  add_op<Testp<Kind::finite>, Pred, uint64_t>(table, "testp.finite.f64");
  add_op<Testp<Kind::infinite>, Pred, uint64_t>(table, "testp.infinite.f64");
  add_op<Testp<Kind::number>, Pred, uint64_t>(table, "testp.number.f64");
  add_op<Testp<Kind::notanumber>, Pred, uint64_t>(table, "testp.notanumber.f64");
  add_op<Testp<Kind::normal>, Pred, uint64_t>(table, "testp.normal.f64");
  add_op<Testp<Kind::subnormal>, Pred, uint64_t>(table, "testp.subnormal.f64");
}

}  // namespace vgpu::VGPU_ISA
