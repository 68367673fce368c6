// Selection (PTX ISA, "Comparison and Selection Instructions": selp, slct).

#include "vgpu/ops/lanes.h"
#include "vgpu/ops/op_name.h"
#include "vgpu/ops/words.h"

namespace vgpu::VGPU_ISA {
namespace {

/// a or b, by masks: given a choice of two loads, compilers branch lane by lane.
template <class U>
U select(bool c, U a, U b) {
  const U ones_for_a = static_cast<U>(U{0} - static_cast<U>(c));
  return static_cast<U>((a & ones_for_a) | (b & static_cast<U>(~ones_for_a)));
}

/// selp by hand: the predicate is spread into masks of the data's width first. In one loop, compilers see through the
/// masks to a choice again and do not vectorise it at 64 bits.
template <class U>
struct Selp {
  [[gnu::always_inline]] static void run(char* r, const OpRows& o, uint32_t mask, bool full) {
    const U* a = source<U>(r, o.s[0]);
    const U* b = source<U>(r, o.s[1]);
    U* d = reinterpret_cast<U*>(r + o.d[0]);
    const Word<U> bits = *reinterpret_cast<const uint32_t*>(r + o.s[2]), active = mask;
    alignas(32) U from_a[kLanes];  // all ones or zeros
    for (int l = 0; l < kLanes; ++l) from_a[l] = static_cast<U>(U{0} - static_cast<U>((bits >> l) & 1));
#pragma GCC ivdep
    for (int l = 0; l < kLanes; ++l) {
      const U value = static_cast<U>((a[l] & from_a[l]) | (b[l] & static_cast<U>(~from_a[l])));
      d[l] = full || ((active >> l) & 1) ? value : d[l];
    }
  }
  static void full(char* r, const OpRows& o, uint32_t) { run(r, o, kFullMask, true); }
  static void masked(char* r, const OpRows& o, uint32_t mask) { run(r, o, mask, false); }
};

/// Source 2 decides: at least zero picks a; NaN picks b.
template <class U>
struct SlctS32 {
  static U apply(U a, U b, int32_t c) { return select(c >= 0, a, b); }
};
template <class U>
struct SlctF32 {
  static U apply(U a, U b, float c) { return select(c >= 0.0f, a, b); }
};
/// A subnormal below zero counts as -0, which is at least zero.
template <class U>
struct SlctF32Ftz {
  static U apply(U a, U b, float c) { return select(c > -0x1p-126f, a, b); }
};

template <class U>
void add_type(OpTable& table, const char* type) {
  add_handlers<U, void, U, U, Pred>(table, OpName("selp", type).text, &Selp<U>::full, &Selp<U>::masked);
  add_op<SlctS32<U>, U, U, U, int32_t>(table, OpName("slct", type, ".s32").text);
  add_op<SlctF32<U>, U, U, U, float>(table, OpName("slct", type, ".f32").text);
  add_op<SlctF32Ftz<U>, U, U, U, float>(table, OpName("slct.ftz", type, ".f32").text);
}

}  // namespace

void add_select_ops(OpTable& table) {
  for (const char* type : {".b16", ".u16", ".s16"}) add_type<uint16_t>(table, type);
  for (const char* type : {".b32", ".u32", ".s32", ".f32"}) add_type<uint32_t>(table, type);
  for (const char* type : {".b64", ".u64", ".s64", ".f64"}) add_type<uint64_t>(table, type);
}

}  // namespace vgpu::VGPU_ISA
