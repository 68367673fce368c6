#include "vgpu/machine/decode/flow.h"

#include <algorithm>

#include "vgpu/machine/decode/liveness.h"

namespace vgpu {

std::vector<int> registers_read_unset(const ptx::Function& function) {
  const std::vector<BasicBlock> blocks = basic_blocks(function);
  if (blocks.empty()) return {};
  std::vector<int> unset = Liveness(function, blocks).at_start_of(0), arguments;
  for (const ptx::Variable& param : function.params) add_registers(param, arguments);
  std::erase_if(unset, [&](int reg) { return std::find(arguments.begin(), arguments.end(), reg) != arguments.end(); });
  return unset;
}

}  // namespace vgpu
