#pragma once

#include "grader/dialect/dialect.h"

namespace tritutor {

/// CUDA C++, compiled by NVRTC.
const Dialect& cuda_dialect();

}  // namespace tritutor
