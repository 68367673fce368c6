#pragma once
// Integer widths as PTX instructions see them.

#include <cstdint>
#include <type_traits>

#ifndef VGPU_ISA
#error "compile this through vgpu_ops_for() of vgpu/CMakeLists.txt"
#endif

namespace vgpu::VGPU_ISA {

/// The unsigned type to compute in, modulo 2^n: C++ would turn 16-bit operands into signed ints.
template <class T>
using Word = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <class T>
struct WideOf;
template <>
struct WideOf<uint16_t> {
  using Type = uint32_t;
};
template <>
struct WideOf<int16_t> {
  using Type = int32_t;
};
template <>
struct WideOf<uint32_t> {
  using Type = uint64_t;
};
template <>
struct WideOf<int32_t> {
  using Type = int64_t;
};
template <>
struct WideOf<uint64_t> {
  using Type = unsigned __int128;
};
template <>
struct WideOf<int64_t> {
  using Type = __int128;
};

/// The type of twice the width and the same sign.
template <class T>
using Wide = typename WideOf<T>::Type;

template <class T>
[[gnu::always_inline]] inline Wide<T> mul_wide(T a, T b) {
  return static_cast<Wide<T>>(Wide<T>{a} * Wide<T>{b});
}
/// The upper half of the product.
template <class T>
[[gnu::always_inline]] inline T mul_hi(T a, T b) {
  return static_cast<T>(mul_wide(a, b) >> (8 * sizeof(T)));
}

}  // namespace vgpu::VGPU_ISA
