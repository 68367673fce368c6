// After a function's body: names that may stand before their declaration, and the final order of its variables.

#include "vgpu/ptx/parser.h"
#include "vgpu/ptx/parser_impl.h"

namespace vgpu::ptx {

void Parser::resolve_body() {
  for (size_t i = 0; i < function_.instructions.size(); ++i) {
    Instruction& instruction = function_.instructions[i];
    for (Operand& operand : instruction.operands) resolve(operand, scope_of_[i], instruction.ptx_line);
  }
  for (size_t i = 0; i < targets_.size(); ++i) {
    for (const std::string_view name : targets_[i].labels) {
      const Symbol symbol = scopes_.find(name, targets_[i].scope);
      if (symbol.kind != Symbol::Kind::label)
        fail_at(targets_[i].line, "there is no label '" + std::string(name) + "'");
      function_.branch_targets[i].targets.push_back(symbol.index);
    }
  }
}

void Parser::resolve(Operand& operand, int scope, int line) {
  for (Operand& element : operand.elements) resolve(element, scope, line);
  if (operand.kind == Operand::Kind::variable && operand.scope == Operand::Scope::function && operand.index < 0) {
    // A parameter's place in the text, results first, to its place behind the variables, results last.
    const int variables = static_cast<int>(function_.variables.size());
    const int params = static_cast<int>(function_.params.size());
    const int results = static_cast<int>(function_.results.size());
    const int written = -2 - operand.index;
    operand.index = variables + (written < results ? params + written : written - results);
  }
  if (operand.kind != Operand::Kind::name) return;
  const Symbol symbol = scopes_.find(operand.name, scope);
  if (symbol.kind == Symbol::Kind::label) {
    operand.kind = Operand::Kind::label;
    operand.value = symbol.index;
  } else if (symbol.kind == Symbol::Kind::branch_targets || symbol.kind == Symbol::Kind::prototype) {
    operand.index = symbol.index;
  } else if (functions_.contains(operand.name)) {
    operand.kind = Operand::Kind::function;
  } else {
    fail_at(line, quoted(operand.name) + " is not declared");
  }
}

}  // namespace vgpu::ptx
