#pragma once
// Branches that decide whether a compare-and-swap is tried, and nothing else. Other atomics that only ever move a value
// in one direction - min, max, and, or - stand here for swaps too: if (*best < mine) atomicMax(best, mine).
//
// A loop that raises a maximum asks first whether its value is larger than what it read:
//
//   int seen = *best;                        // a plain read, which races with the others' swaps
//   while (as_float(seen) < mine) { ...atomicCAS(best, seen, as_int(mine))... }
//
// Where the read was stale, the thread tries once more than it had to, or leaves: and that is right only because what
// lies there grows. Whether it does, no text can tell; but where all that hangs on the branch is the swap, a stale
// value cannot get anywhere else. So such a branch is allowed to hang on a racing read. What hangs on a branch is what
// lies between it and the place where its ways meet again. No stores, calls, barriers or other atomics may be among it,
// and of the registers that it sets only copies and the swaps' own results may be needed behind it.

#include <cstddef>
#include <vector>

#include "vgpu/ptx/ast.h"

namespace vgpu {

/// Instruction indices.
struct CasBranch {
  size_t branch = 0;
  std::vector<size_t> swaps;  ///< the compare-and-swaps that hang on it
};

std::vector<CasBranch> branches_around_cas(const ptx::Function& function);

}  // namespace vgpu
