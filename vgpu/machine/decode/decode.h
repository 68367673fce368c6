#pragma once
// From a parsed module to the program that runs.

#include <memory>

#include "vgpu/machine/program.h"
#include "vgpu/ptx/ast.h"

namespace vgpu {

/// What an instruction counts as, by its opcode and type.
Kind kind_of(const ptx::Instruction& inst);

/// Decodes a parsed module. What this GPU does not have refuses the functions that need it, by name and place
/// (FunctionCode::refusal). Throws LoadError for what no function can do without.
std::unique_ptr<Program> decode(ptx::Module module);

}  // namespace vgpu
