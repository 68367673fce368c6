#pragma once
// What can be told of a function's registers from its text alone.

#include <vector>

#include "vgpu/ptx/ast.h"

namespace vgpu {

/// The registers that some way through the function reads before anything has set them, in order. A register that is
/// set under a predicate counts as set for what the same predicate guards in the same basic block.
std::vector<int> registers_read_unset(const ptx::Function& function);

}  // namespace vgpu
