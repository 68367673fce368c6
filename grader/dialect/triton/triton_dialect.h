#pragma once

#include "grader/dialect/dialect.h"

namespace tritutor {

/// Triton in Python, compiled by Triton itself.
const Dialect& triton_dialect();

}  // namespace tritutor
