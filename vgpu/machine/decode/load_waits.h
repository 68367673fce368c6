#pragma once
// Where a warp waits for global memory. A warp goes on after a load, and waits where it first uses a value that has not
// come yet; loads that were asked for together are waited for together. So how often it waits, not how much it loads, is
// what a kernel with few warps is slow by.
//
// PTX has loads and uses in the order of the source; ptxas moves loads up as far as it may. The rules here are what it
// does within a basic block: a load goes before everything but what its address is computed from, stores and atomics of
// any memory that may be global, and barriers. A few instructions that a branch skips count as part of the block around
// them, since ptxas predicates them. Across blocks nothing is moved. Blocks are looked at in the order of the
// text, which is that of a warp that skips nothing; a loop's first block once more after its last one.

#include <cstdint>
#include <vector>

#include "vgpu/ptx/ast.h"

namespace vgpu {

/// For each instruction of a function: how many waits end at it.
std::vector<uint8_t> load_waits(const ptx::Function& function);

}  // namespace vgpu
