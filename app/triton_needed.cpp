#include "app/triton_needed.h"

#include <fmt/format.h>

#include "app/error.h"

namespace tritutor {

PythonWithTriton need_triton() {
  const auto found = find_python_with_triton();
  const auto* none = std::get_if<NoPythonWithTriton>(&found);
  if (none == nullptr) return std::get<PythonWithTriton>(found);
  throw CommandError(status_environment,
                     fmt::format("{}. CUDA C++ goes without: tritutor next --dialect cuda", none->what));
}

}  // namespace tritutor
