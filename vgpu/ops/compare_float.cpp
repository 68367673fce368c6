// Comparisons of f32 and f64; see compare_forms.h.

#include "vgpu/ops/compare_forms.h"

namespace vgpu::VGPU_ISA {
namespace {

struct F32Ftz {
  using Raw = float;
  static float value(float raw) { return raw > -0x1p-126f && raw < 0x1p-126f ? 0.0f : raw; }
};
template <class What>
void add_float_type(OpTable& table, const char* ftz, const char* type) {
  for_each_float_comparison([&](auto how, const char* comparison) {
    add_word<decltype(how), What>(table, {comparison, ftz, type});
  });
}

}  // namespace

void add_float_compare_ops(OpTable& table) {
  add_float_type<Plain<float>>(table, "", ".f32");
  add_float_type<F32Ftz>(table, ".ftz", ".f32");
  add_float_type<Plain<double>>(table, "", ".f64");
}

}  // namespace vgpu::VGPU_ISA
