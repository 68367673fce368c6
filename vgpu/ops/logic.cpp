// Logic and shifts (PTX ISA, "Logic and Shift Instructions"). Predicates are whole words: one operation for the warp.

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"
#include "vgpu/ops/words.h"

namespace vgpu::VGPU_ISA {
namespace {

template <class T>
struct And {
  static T apply(T a, T b) { return static_cast<T>(a & b); }
};
template <class T>
struct Or {
  static T apply(T a, T b) { return static_cast<T>(a | b); }
};
template <class T>
struct Xor {
  static T apply(T a, T b) { return static_cast<T>(a ^ b); }
};
template <class T>
struct Not {
  static T apply(T a) { return static_cast<T>(~a); }
};
template <class T>
struct Cnot {
  static T apply(T a) { return a == 0; }
};

template <class F>
struct PredWords {
  template <int kSources>
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    const auto word = [&](int i) { return *reinterpret_cast<const uint32_t*>(r + o.s[i]); };
    if constexpr (kSources == 1) {
      merge_pred(r, o.d[0], F::apply(word(0)), mask);
    } else {
      merge_pred(r, o.d[0], F::apply(word(0), word(1)), mask);
    }
  }
  template <int kSources>
  static void full(char* r, const OpRows& o, uint32_t) {
    masked<kSources>(r, o, kFullMask);
  }
};

// Shift amounts are 32-bit unsigned whatever the type; from the width on, everything is shifted out.
template <class T>
struct Shl {
  static T apply(T a, uint32_t n) {
    constexpr uint32_t kBits = 8 * sizeof(T);
    const Word<T> shifted = static_cast<Word<T>>(a) << (n & (kBits - 1));
    return static_cast<T>(n < kBits ? shifted : 0);
  }
};
template <class T>
struct Shr {
  static T apply(T a, uint32_t n) {
    constexpr uint32_t kBits = 8 * sizeof(T);
    if constexpr (std::is_signed_v<T>) {
      return static_cast<T>(a >> (n < kBits ? n : kBits - 1));
    } else {
      const Word<T> shifted = static_cast<Word<T>>(a) >> (n & (kBits - 1));
      return static_cast<T>(n < kBits ? shifted : 0);
    }
  }
};

// Funnel shifts of b:a (b is the upper word).
template <bool kClamp>
uint32_t funnel_amount(uint32_t n) {
  return kClamp ? (n < 32 ? n : 32) : n & 31;
}
template <bool kClamp>
struct ShfLeft {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    const uint64_t both = uint64_t{b} << 32 | a;
    return static_cast<uint32_t>(both >> (32 - funnel_amount<kClamp>(c)));
  }
};
template <bool kClamp>
struct ShfRight {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    const uint64_t both = uint64_t{b} << 32 | a;
    return static_cast<uint32_t>(both >> funnel_amount<kClamp>(c));
  }
};

/// Any function of three bits as a polynomial over XOR and AND: k0 ^ k1 c ^ k2 b ^ k3 bc ^ k4 a ^ k5 ac ^ k6 ab ^ k7
/// abc. Bit (4a + 2b + c) of the table is the function's value; a Moebius transform turns values into coefficients.
struct Lop3 {
  uint32_t k[8];

  explicit Lop3(uint32_t table) {
    for (int stride = 1; stride < 8; stride *= 2) {
      uint32_t lower = 0;  // the positions without this variable
      for (int i = 0; i < 8; ++i) lower |= (i & stride) == 0 ? 1u << i : 0;
      table ^= (table & lower) << stride;
    }
    for (int i = 0; i < 8; ++i) k[i] = (table >> i) & 1 ? ~0u : 0u;
  }
  [[gnu::always_inline]] uint32_t operator()(uint32_t a, uint32_t b, uint32_t c) const {
    const uint32_t without_a = (k[0] ^ (k[1] & c)) ^ (b & (k[2] ^ (k[3] & c)));
    const uint32_t with_a = (k[4] ^ (k[5] & c)) ^ (b & (k[6] ^ (k[7] & c)));
    return without_a ^ (a & with_a);
  }
  [[gnu::always_inline]] static void run(char* r, const OpRows& o, uint32_t mask, bool full) {
    const Lop3 f(static_cast<uint32_t>(o.imm) & 0xff);
    const auto* a = source<uint32_t>(r, o.s[0]);
    const auto* b = source<uint32_t>(r, o.s[1]);
    const auto* c = source<uint32_t>(r, o.s[2]);
    uint32_t* d = reinterpret_cast<uint32_t*>(r + o.d[0]);
#pragma GCC ivdep
    for (int l = 0; l < kLanes; ++l) {
      const uint32_t value = f(a[l], b[l], c[l]);
      d[l] = full || ((mask >> l) & 1) ? value : d[l];
    }
  }
  static void full(char* r, const OpRows& o, uint32_t) { run(r, o, kFullMask, true); }
  static void masked(char* r, const OpRows& o, uint32_t mask) { run(r, o, mask, false); }
};

template <template <class> class F>
void add_unary(OpTable& table, const char* base) {
  add_op<F<uint16_t>, uint16_t, uint16_t>(table, OpName(base, ".b16").text);
  add_op<F<uint32_t>, uint32_t, uint32_t>(table, OpName(base, ".b32").text);
  add_op<F<uint64_t>, uint64_t, uint64_t>(table, OpName(base, ".b64").text);
}
template <template <class> class F>
void add_binary(OpTable& table, const char* base) {
  add_op<F<uint16_t>, uint16_t, uint16_t, uint16_t>(table, OpName(base, ".b16").text);
  add_op<F<uint32_t>, uint32_t, uint32_t, uint32_t>(table, OpName(base, ".b32").text);
  add_op<F<uint64_t>, uint64_t, uint64_t, uint64_t>(table, OpName(base, ".b64").text);
  using Words = PredWords<F<uint32_t>>;
  add_handlers<Pred, void, Pred, Pred>(table, OpName(base, ".pred").text, &Words::template full<2>,
                                       &Words::template masked<2>);
}
template <template <class> class F, class T>
void add_shift(OpTable& table, const char* name) {
  add_op<F<T>, T, T, uint32_t>(table, name);
}
template <class F>
void add_funnel(OpTable& table, const char* name) {
  add_op<F, uint32_t, uint32_t, uint32_t, uint32_t>(table, name);
}

}  // namespace

void add_logic_ops(OpTable& table) {
  add_binary<And>(table, "and");
  add_binary<Or>(table, "or");
  add_binary<Xor>(table, "xor");
  add_unary<Not>(table, "not");
  add_unary<Cnot>(table, "cnot");
  using NotWords = PredWords<Not<uint32_t>>;
  add_handlers<Pred, void, Pred>(table, "not.pred", &NotWords::full<1>, &NotWords::masked<1>);

  add_shift<Shl, uint16_t>(table, "shl.b16");
  add_shift<Shl, uint32_t>(table, "shl.b32");
  add_shift<Shl, uint64_t>(table, "shl.b64");
  for (const char* type : {".b16", ".u16"}) add_shift<Shr, uint16_t>(table, OpName("shr", type).text);
  for (const char* type : {".b32", ".u32"}) add_shift<Shr, uint32_t>(table, OpName("shr", type).text);
  for (const char* type : {".b64", ".u64"}) add_shift<Shr, uint64_t>(table, OpName("shr", type).text);
  add_shift<Shr, int16_t>(table, "shr.s16");
  add_shift<Shr, int32_t>(table, "shr.s32");
  add_shift<Shr, int64_t>(table, "shr.s64");

  add_funnel<ShfLeft<false>>(table, "shf.l.wrap.b32");
  add_funnel<ShfLeft<true>>(table, "shf.l.clamp.b32");
  add_funnel<ShfRight<false>>(table, "shf.r.wrap.b32");
  add_funnel<ShfRight<true>>(table, "shf.r.clamp.b32");

  add_handlers<uint32_t, void, uint32_t, uint32_t, uint32_t>(table, "lop3.b32", &Lop3::full, &Lop3::masked, 3);

  add_bitfield_ops(table);
}

}  // namespace vgpu::VGPU_ISA
