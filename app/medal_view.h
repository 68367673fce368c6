#pragma once
// An exercise's best medal as list and progress show it.

#include <string>

#include "grader/record/record.h"

namespace tritutor {

/// "silver", "silver*" where no GPU has measured it, "" where there is none.
inline std::string medal_shown(const ExerciseProgress& state) {
  if (state.medal == "none") return "";
  return state.medal + (state.medal_predicted ? "*" : "");
}

/// What the star means; below a table that has one.
inline const char* const medal_footnote = "* predicted, not measured on a GPU\n";

}  // namespace tritutor
