#pragma once
// Names that people type: which exercise a file is for, and what an unknown name was probably meant to be.

#include <string>
#include <string_view>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/nearest.h"

namespace tritutor {

/// Which exercise a file is for, as far as its name tells.
struct FileExercise {
  const Exercise* exercise = nullptr;    ///< nullptr: cannot tell
  std::vector<std::string> suggestions;  ///< then: "1.1 vector_scaling", nearest first; may be empty
};

/// From SLUG.cu or SLUG.py, also with the id before it ("1.1_vector_scaling.cu"), the id alone ("1.1.cu"), and an
/// ending that people give copies ("-v2", "_copy", " (1)", "_final"). An id and a slug that disagree tell nothing.
FileExercise exercise_of_file(const Curriculum& curriculum, std::string_view file_name);

/// "There is no exercise 'sofmax'. Did you mean 2.3 softmax?", with the command that lists them all.
std::string unknown_exercise(const Curriculum& curriculum, std::string_view name);

}  // namespace tritutor
