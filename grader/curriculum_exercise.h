#pragma once

#include "grader/curriculum.h"
#include "grader/json_field.h"

namespace tritutor {

/// Reads and validates one entry of "exercises" by itself. Throws FieldError.
Exercise read_exercise(const Field& field, const std::vector<Level>& levels);

}  // namespace tritutor
