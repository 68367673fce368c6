// Comparisons of integers; see compare_forms.h.

#include "vgpu/ops/compare_forms.h"

namespace vgpu::VGPU_ISA {
namespace {

template <class S>
void add_integer_type(OpTable& table, const char* bits, const char* with_sign, const char* without) {
  using U = std::make_unsigned_t<S>;
  for (const char* type : {bits, with_sign, without}) {
    add_word<Eq, Plain<U>>(table, {".eq", "", type});
    add_word<Ne, Plain<U>>(table, {".ne", "", type});
  }
  add_word<Lt, Plain<S>>(table, {".lt", "", with_sign});
  add_word<Le, Plain<S>>(table, {".le", "", with_sign});
  add_word<Gt, Plain<S>>(table, {".gt", "", with_sign});
  add_word<Ge, Plain<S>>(table, {".ge", "", with_sign});
  for (const char* lower : {".lt", ".lo"}) add_word<Lt, Plain<U>>(table, {lower, "", without});
  for (const char* lower : {".le", ".ls"}) add_word<Le, Plain<U>>(table, {lower, "", without});
  for (const char* higher : {".gt", ".hi"}) add_word<Gt, Plain<U>>(table, {higher, "", without});
  for (const char* higher : {".ge", ".hs"}) add_word<Ge, Plain<U>>(table, {higher, "", without});
}

}  // namespace

void add_compare_ops(OpTable& table) {
  add_integer_type<int16_t>(table, ".b16", ".s16", ".u16");
  add_integer_type<int32_t>(table, ".b32", ".s32", ".u32");
  add_integer_type<int64_t>(table, ".b64", ".s64", ".u64");
  add_float_compare_ops(table);
  add_half_compare_ops(table);
  add_select_ops(table);
  add_move_ops(table);
}

}  // namespace vgpu::VGPU_ISA
