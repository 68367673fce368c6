#pragma once
// An exercise as a learner reads it: title, statement, formula, signature.

#include <string>

#include "app/terminal.h"
#include "grader/curriculum/curriculum.h"

namespace tritutor {

std::string view_exercise(const Exercise& exercise, DialectId dialect, const Style& style, int width);

}  // namespace tritutor
