#pragma once
// The types cvt converts between, as the units of convert*.cpp share them.

#include "vgpu/ops/half_math.h"

namespace vgpu::VGPU_ISA {

template <int Bytes>
struct RowOf;
template <>
struct RowOf<2> {
  using type = uint16_t;
};
template <>
struct RowOf<4> {
  using type = uint32_t;
};
template <>
struct RowOf<8> {
  using type = uint64_t;
};
/// What a lane of a register of that many bytes is.
template <int Bytes>
using RowWord = typename RowOf<Bytes>::type;

template <class T>
inline constexpr int kBits = 8 * static_cast<int>(sizeof(T));
template <class T>
inline constexpr bool kSigned = T(-1) < T(0);
template <class T>
inline constexpr T kMax = kSigned<T> ? T((uint64_t{1} << (kBits<T> - 1)) - 1) : T(-1);
template <class T>
inline constexpr T kMin = kSigned<T> ? T(-kMax<T> - 1) : T(0);

template <class T>
constexpr const char* int_name() {
  constexpr int log = sizeof(T) == 1 ? 0 : (sizeof(T) == 2 ? 1 : (sizeof(T) == 4 ? 2 : 3));
  constexpr const char* names[2][4] = {{".u8", ".u16", ".u32", ".u64"}, {".s8", ".s16", ".s32", ".s64"}};
  return names[kSigned<T> ? 1 : 0][log];
}
/// "@16", "@32", "@64" where the register is not of the type's own width.
template <class T, int RegisterBytes>
constexpr const char* width_suffix() {
  if (sizeof(T) == RegisterBytes) return "";
  return RegisterBytes == 2 ? "@16" : (RegisterBytes == 4 ? "@32" : "@64");
}

/// Calls `use.template operator()<T, RegisterBytes>()` for every integer type in every register it may stand in.
template <class Use>
void for_each_int(Use use) {
  use.template operator()<uint8_t, 2>();
  use.template operator()<uint8_t, 4>();
  use.template operator()<uint8_t, 8>();
  use.template operator()<int8_t, 2>();
  use.template operator()<int8_t, 4>();
  use.template operator()<int8_t, 8>();
  use.template operator()<uint16_t, 2>();
  use.template operator()<uint16_t, 4>();
  use.template operator()<uint16_t, 8>();
  use.template operator()<int16_t, 2>();
  use.template operator()<int16_t, 4>();
  use.template operator()<int16_t, 8>();
  use.template operator()<uint32_t, 4>();
  use.template operator()<uint32_t, 8>();
  use.template operator()<int32_t, 4>();
  use.template operator()<int32_t, 8>();
  use.template operator()<uint64_t, 8>();
  use.template operator()<int64_t, 8>();
}

void add_convert_int_ops(OpTable& table);       // convert_int.cpp: integer to integer, cvt.pack
void add_convert_float_ops(OpTable& table);     // convert_float.cpp: float to float
void add_convert_fp8_ops(OpTable& table);       // convert_fp8.cpp: from and to pairs of 8-bit floats
void add_convert_to_int_ops(OpTable& table);    // convert_to_int.cpp: float to integer
void add_convert_from_int_ops(OpTable& table);  // convert_from_int.cpp: integer to float

}  // namespace vgpu::VGPU_ISA
