#include "vgpu/ptx/ast.h"

namespace vgpu::ptx {

const Variable& variable_of(const Module& module, const Function& function, const Operand& operand) {
  if (operand.scope == Operand::Scope::module) return module.variables.at(operand.index);
  size_t index = operand.index;
  if (index < function.variables.size()) return function.variables[index];
  index -= function.variables.size();
  if (index < function.params.size()) return function.params[index];
  return function.results.at(index - function.params.size());
}

}  // namespace vgpu::ptx
