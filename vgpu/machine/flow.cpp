#include "vgpu/machine/flow.h"

#include "vgpu/machine/liveness.h"

namespace vgpu {

std::vector<int> registers_read_unset(const ptx::Function& function) {
  const std::vector<BasicBlock> blocks = basic_blocks(function);
  return blocks.empty() ? std::vector<int>{} : Liveness(function, blocks).at_start_of(0);
}

}  // namespace vgpu
