#include "vgpu/ops/lanes.h"

namespace vgpu::VGPU_ISA {

void add_logic_ops(OpTable& table) { (void)table; }

}  // namespace vgpu::VGPU_ISA
