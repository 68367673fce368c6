#pragma once
// Templates that turn a scalar function into a full-mask and a masked handler over 32 lanes.
// Everything is in the namespace of the instruction set it is built for: the same file is compiled once for each,
// and code built for a newer processor must never be linked into the older one's path.

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "vgpu/ops/op.h"

#ifndef VGPU_ISA
#error "compile this through vgpu_ops_for() of vgpu/CMakeLists.txt"
#endif

namespace vgpu::VGPU_ISA {

struct Pred {};  ///< names a predicate row in a template argument list

template <class T>
constexpr Row row_of() {
  if constexpr (std::is_same_v<T, Pred>) {
    return Row::pred;
  } else if constexpr (std::is_void_v<T>) {
    return Row::none;
  } else {
    return static_cast<Row>(sizeof(T));
  }
}

/// A predicate row as a source: lane l is bit l.
struct PredSource {
  uint32_t bits;
  bool operator[](int lane) const { return (bits >> lane) & 1; }
};

template <class T>
inline auto source(char* registers, uint32_t offset) {
  if constexpr (std::is_same_v<T, Pred>) {
    return PredSource{*reinterpret_cast<const uint32_t*>(registers + offset)};
  } else {
    return reinterpret_cast<const T*>(registers + offset);
  }
}

// One loop over the lanes. Rows are distinct or the same, never half over each other, so lanes are independent.
template <class F, class D, class... P>
[[gnu::always_inline]] inline void loop_full(D* d, P... s) {
#pragma GCC ivdep
  for (int l = 0; l < kLanes; ++l) d[l] = static_cast<D>(F::apply(s[l]...));
}
template <class F, class D, class... P>
[[gnu::always_inline]] inline void loop_masked(D* d, uint32_t mask, P... s) {
#pragma GCC ivdep
  for (int l = 0; l < kLanes; ++l) {
    const D r = static_cast<D>(F::apply(s[l]...));
    d[l] = ((mask >> l) & 1) ? r : d[l];
  }
}
/// The mask of the bytes that are 0xff; each is that or 0. (Compilers vectorise a comparison into bytes, but none
/// sees the mask in them.)
[[gnu::always_inline]] inline uint32_t mask_of(const uint8_t (&bytes)[kLanes]) {
#if defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_load_si256(reinterpret_cast<const __m256i*>(bytes))));
#elif defined(__SSE2__)
  const __m128i* half = reinterpret_cast<const __m128i*>(bytes);
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_load_si128(half))) |
         static_cast<uint32_t>(_mm_movemask_epi8(_mm_load_si128(half + 1))) << 16;
#else
  uint32_t bits = 0;
  for (int l = 0; l < kLanes; ++l) bits |= static_cast<uint32_t>(bytes[l] & 1) << l;
  return bits;
#endif
}
template <class F, class... P>
[[gnu::always_inline]] inline uint32_t loop_pred(P... s) {
  alignas(32) uint8_t hit[kLanes];
  for (int l = 0; l < kLanes; ++l) hit[l] = static_cast<bool>(F::apply(s[l]...)) ? 0xff : 0;
  return mask_of(hit);
}
/// Puts `bits` into a predicate row for the lanes of `mask`.
inline void merge_pred(char* registers, uint32_t offset, uint32_t bits, uint32_t mask) {
  uint32_t* d = reinterpret_cast<uint32_t*>(registers + offset);
  *d = (*d & ~mask) | (bits & mask);
}

/// Handlers for `D apply(S...)`. F is a struct with a static inline `apply`.
template <class F, class D, class... S>
struct Lanes {
  template <size_t... I>
  [[gnu::always_inline]] static void run(char* r, const OpRows& o, uint32_t mask, bool full,
                                         std::index_sequence<I...>) {
    if constexpr (std::is_same_v<D, Pred>) {
      uint32_t* d = reinterpret_cast<uint32_t*>(r + o.d[0]);
      const uint32_t bits = loop_pred<F>(source<S>(r, o.s[I])...);
      *d = full ? bits : ((*d & ~mask) | (bits & mask));
    } else {
      D* d = reinterpret_cast<D*>(r + o.d[0]);
      if (full) {
        loop_full<F>(d, source<S>(r, o.s[I])...);
      } else {
        loop_masked<F>(d, mask, source<S>(r, o.s[I])...);
      }
    }
  }
  static void full(char* r, const OpRows& o, uint32_t) {
    run(r, o, kFullMask, true, std::make_index_sequence<sizeof...(S)>{});
  }
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    run(r, o, mask, false, std::make_index_sequence<sizeof...(S)>{});
  }
};

/// Handlers for two results: `void F::apply(D0& d0, D1& d1, S...)`, where a Pred result is a `bool&`.
template <class F, class D0, class D1, class... S>
struct Lanes2 {
  template <class... P>
  [[gnu::always_inline]] static void loop(char* r, const OpRows& o, uint32_t mask, bool full, P... s) {
    D0* d0 = reinterpret_cast<D0*>(r + o.d[0]);
    if constexpr (std::is_same_v<D1, Pred>) {
      alignas(32) uint8_t hit[kLanes];
#pragma GCC ivdep
      for (int l = 0; l < kLanes; ++l) {
        D0 value;
        bool flag;
        F::apply(value, flag, s[l]...);
        d0[l] = full || ((mask >> l) & 1) ? value : d0[l];
        hit[l] = flag ? 0xff : 0;
      }
      merge_pred(r, o.d[1], mask_of(hit), full ? kFullMask : mask);
    } else {
      D1* d1 = reinterpret_cast<D1*>(r + o.d[1]);
#pragma GCC ivdep
      for (int l = 0; l < kLanes; ++l) {
        D0 first;
        D1 second;
        F::apply(first, second, s[l]...);
        d0[l] = full || ((mask >> l) & 1) ? first : d0[l];
        d1[l] = full || ((mask >> l) & 1) ? second : d1[l];
      }
    }
  }
  template <size_t... I>
  [[gnu::always_inline]] static void run(char* r, const OpRows& o, uint32_t mask, bool full,
                                         std::index_sequence<I...>) {
    loop(r, o, mask, full, source<S>(r, o.s[I])...);
  }
  static void full(char* r, const OpRows& o, uint32_t) {
    run(r, o, kFullMask, true, std::make_index_sequence<sizeof...(S)>{});
  }
  static void masked(char* r, const OpRows& o, uint32_t mask) {
    run(r, o, mask, false, std::make_index_sequence<sizeof...(S)>{});
  }
};

/// The PTX suffix of an integer type: ".s32".
template <class T>
constexpr const char* suffix() {
  constexpr bool is_signed = std::is_signed_v<T>;
  if constexpr (sizeof(T) == 1) return is_signed ? ".s8" : ".u8";
  if constexpr (sizeof(T) == 2) return is_signed ? ".s16" : ".u16";
  if constexpr (sizeof(T) == 4) return is_signed ? ".s32" : ".u32";
  if constexpr (sizeof(T) == 8) return is_signed ? ".s64" : ".u64";
}

/// Whether an instruction reads or writes the thread's carry flag (see Op::carry_in).
struct Carry {
  bool in = false, out = false;
};

/// Not a template and not inlined: there are thousands of instructions, and none is worth its own copy of this.
[[gnu::noinline]] inline void add_entry(OpTable& table, const char* name, OpFn full, OpFn masked, const Row (&d)[2],
                                        const Row (&s)[4], int immediate_source, Carry carry) {
  Op op;
  op.name = name;
  op.full = full;
  op.masked = masked;
  for (int i = 0; i < 2; ++i) op.d[i] = d[i];
  for (int i = 0; i < 4; ++i) op.s[i] = s[i];
  op.immediate_source = immediate_source;
  op.carry_in = carry.in;
  op.carry_out = carry.out;
  table.add(op);
}

/// Adds `name` with any handlers for rows D0, D1 (void: none) and S.
template <class D0, class D1, class... S>
void add_handlers(OpTable& table, const char* name, OpFn full, OpFn masked, int immediate_source = -1,
                  Carry carry = {}) {
  const Row sources[] = {row_of<S>()..., Row::none, Row::none, Row::none, Row::none};
  add_entry(table, name, full, masked, {row_of<D0>(), row_of<D1>()}, {sources[0], sources[1], sources[2], sources[3]},
            immediate_source, carry);
}

/// Adds `name` with the handlers of Lanes<F, D, S...>.
template <class F, class D, class... S>
void add_op(OpTable& table, const char* name, Carry carry = {}) {
  add_handlers<D, void, S...>(table, name, &Lanes<F, D, S...>::full, &Lanes<F, D, S...>::masked, -1, carry);
}

/// Adds `name`, an instruction with two results, with the handlers of Lanes2<F, D0, D1, S...>.
template <class F, class D0, class D1, class... S>
void add_op2(OpTable& table, const char* name, Carry carry = {}) {
  using L = Lanes2<F, D0, D1, S...>;
  add_handlers<D0, D1, S...>(table, name, &L::full, &L::masked, -1, carry);
}

// One function a family; table.cpp calls them all. Those indented belong to the family above and are called by it.
void add_integer_ops(OpTable& table);        // integer.cpp: add, sub, mul, mad, div, rem, min, max, abs, neg, sad, dp4a
void add_carry_ops(OpTable& table);          //   carry.cpp: add.cc, addc, sub.cc, subc, mad.lo.cc, madc, ...
void add_logic_ops(OpTable& table);          // logic.cpp: and, or, xor, not, cnot, shl, shr, shf, lop3
void add_bitfield_ops(OpTable& table);       //   bitfield.cpp: bfe, bfi, bfind, brev, clz, popc, fns, bmsk, szext, prmt
void add_compare_ops(OpTable& table);        // compare.cpp: setp, set of integers
void add_float_compare_ops(OpTable& table);  //   compare_float.cpp: setp, set of f32 and f64
void add_half_compare_ops(OpTable& table);   //   compare_half.cpp: setp, set of f16, bf16 and pairs of them
void add_select_ops(OpTable& table);         //   select.cpp: selp, slct
void add_move_ops(OpTable& table);           //   move.cpp: mov, and packing and unpacking
void add_video_ops(OpTable& table);          // video.cpp: video instructions, scalar and SIMD
void add_float_ops(OpTable& table);          // float.cpp: f32 and f64 arithmetic, min, max, abs, neg, copysign, testp
void add_half_ops(OpTable& table);           // half.cpp: f16, f16x2, bf16, bf16x2
void add_special_ops(OpTable& table);        // special.cpp: rcp, sqrt, rsqrt, ex2, lg2, sin, cos, tanh, div.approx
void add_convert_ops(OpTable& table);        // convert.cpp: cvt

}  // namespace vgpu::VGPU_ISA
