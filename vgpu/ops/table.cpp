#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {

void fill_table(OpTable& table) {
  add_integer_ops(table);
  add_video_ops(table);
  add_logic_ops(table);
  add_compare_ops(table);
  add_float_ops(table);
  add_half_ops(table);
  add_special_ops(table);
  add_convert_ops(table);
}

}  // namespace vgpu::VGPU_ISA
