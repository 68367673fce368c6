#pragma once
// Templates that turn a scalar function into a full-mask and a masked handler over 32 lanes.
// Everything is in the namespace of the instruction set it is built for: the same file is compiled once for each,
// and code built for a newer processor must never be linked into the older one's path.

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

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
template <class F, class... P>
[[gnu::always_inline]] inline uint32_t loop_pred(P... s) {
  uint32_t bits = 0;
  for (int l = 0; l < kLanes; ++l) bits |= static_cast<uint32_t>(static_cast<bool>(F::apply(s[l]...))) << l;
  return bits;
}

/// Handlers for `D apply(S...)`. F is a struct with a static inline `apply`.
template <class F, class D, class... S>
struct Lanes {
  template <size_t... I>
  [[gnu::always_inline]] static void run(char* r, const OpRows& o, uint32_t mask, bool full, std::index_sequence<I...>) {
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

/// Adds `name` with the handlers of Lanes<F, D, S...>.
template <class F, class D, class... S>
void add_op(OpTable& table, const char* name) {
  Op op;
  op.name = name;
  op.full = &Lanes<F, D, S...>::full;
  op.masked = &Lanes<F, D, S...>::masked;
  op.d[0] = row_of<D>();
  const Row sources[] = {row_of<S>()..., Row::none};
  for (size_t i = 0; i < sizeof...(S); ++i) op.s[i] = sources[i];
  table.add(op);
}

// One function a family; table.cpp calls them all.
void add_integer_ops(OpTable& table);   // integer.cpp: add, sub, mul, mad, div, rem, min, max, abs, neg, sad, dp4a, .cc
void add_logic_ops(OpTable& table);     // logic.cpp: and, or, xor, not, lop3, shl, shr, shf, bfi, bfe, bfind, brev, ...
void add_compare_ops(OpTable& table);   // compare.cpp: setp, set, selp, slct, mov
void add_float_ops(OpTable& table);     // float.cpp: f32 and f64 arithmetic, min, max, abs, neg, copysign, testp
void add_half_ops(OpTable& table);      // half.cpp: f16, f16x2, bf16, bf16x2
void add_special_ops(OpTable& table);   // special.cpp: rcp, sqrt, rsqrt, ex2, lg2, sin, cos, tanh, div.approx
void add_convert_ops(OpTable& table);   // convert.cpp: cvt

}  // namespace vgpu::VGPU_ISA
