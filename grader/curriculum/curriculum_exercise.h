#pragma once

#include "grader/curriculum/curriculum.h"
#include "grader/curriculum/json_field.h"

namespace tritutor {

/// Reads and validates one entry of "exercises" by itself. Throws FieldError.
Exercise read_exercise(const Field& field, const std::vector<Level>& levels);

}  // namespace tritutor
