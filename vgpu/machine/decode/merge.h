#pragma once
// Adjacent accesses of shared memory that ptxas makes one wider access of. PTX holds them one by one, the machine does
// not: counting as PTX does would see wavefronts that never are.
//
// The rules were read off the machine code of ptxas 13.0 for small kernels, and off a profiler (bench/profiler):
// - Loads of one basic block merge whose addresses are one register plus constants, as far as the register's alignment
//   is known from how it was computed: pairs of words at multiples of 8, and three or all four words of 16 bytes.
//   Barriers, fences, shared atomics, and stores to the same array or an unknown one stand between; stores to another
//   array, shuffles and global memory do not.
// - Stores merge into exactly the bytes they write, and any other access of shared memory stands between.
// - Volatile accesses and elements of less than 4 bytes never merge.
// What ptxas gains by unrolling a loop once more is not seen.

#include <vector>

#include "vgpu/machine/program.h"
#include "vgpu/ptx/ast.h"

namespace vgpu {

/// For each instruction of a function.
std::vector<Merge> merge_shared_accesses(const ptx::Module& module, const ptx::Function& function);

}  // namespace vgpu
