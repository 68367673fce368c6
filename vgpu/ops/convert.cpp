// cvt and cvt.pack: PTX ISA "Data Movement and Conversion Instructions".
//
// A cvt operand's register may be wider than its type (cvt.u32.u8 %r, %rs reads a 16-bit register; there is no 8-bit
// one). Such a form has a name of its own, with the register's bits where they differ from the type's: before the
// destination's type for the destination, after the source's type for the source.
//
//   cvt.u32.u16       32-bit from 16-bit register
//   cvt.u32.u8@16     32-bit from 16-bit register, of which the low 8 bits count
//   cvt@32.u8.u32     32-bit from 32-bit register, the low 8 bits zero-extended
//   cvt.sat@16.s8.s32 16-bit from 32-bit register, clamped to -128..127 and sign-extended
//   cvt.rzi@64.s32.f32
//
// A source's bits beyond its type are not looked at; a destination is extended to its register by the sign of its type.
// 8-bit types stand in registers of 16, 32 and 64 bits, 16-bit ones of 16, 32 and 64, 32-bit ones of 32 and 64;
// floating-point types only in registers of their width.

#include "vgpu/ops/convert.h"

namespace vgpu::VGPU_ISA {

void add_convert_ops(OpTable& table) {
  add_convert_int_ops(table);
  add_convert_float_ops(table);
  add_convert_fp8_ops(table);
  add_convert_to_int_ops(table);
  add_convert_from_int_ops(table);
}

}  // namespace vgpu::VGPU_ISA
