#pragma once
// What a machine needs for kernels in Triton to be judged.

#include "grader/dialect/triton/python_search.h"

namespace tritutor {

/// Throws CommandError (status_environment) where no Python here has Triton: what was tried, and how to get it.
PythonWithTriton need_triton();

}  // namespace tritutor
