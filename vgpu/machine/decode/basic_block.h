#pragma once
// A function's basic blocks, and which registers an instruction reads and writes.

#include <cstddef>
#include <vector>

#include "vgpu/ptx/ast.h"

namespace vgpu {

/// Instructions that run one after the other: [first, end). The last may go on at any of `next`, of other blocks.
struct BasicBlock {
  size_t first = 0, end = 0;
  std::vector<size_t> next;
};

/// In the order of the text; the first is where the function starts.
std::vector<BasicBlock> basic_blocks(const ptx::Function& function);

/// The registers an instruction reads (its guard too) and those it writes, in place of what the lists held.
void registers_of(const ptx::Instruction& inst, std::vector<int>& read, std::vector<int>& written);

/// Appends those that a parameter or result of a function stands in, if it stands in registers.
void add_registers(const ptx::Variable& variable, std::vector<int>& list);

}  // namespace vgpu
