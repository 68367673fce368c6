#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {

void add_compare_ops(OpTable& table) { (void)table; }

}  // namespace vgpu::VGPU_ISA
