#pragma once
// Whether two Triton files compute the same but for rounding: by Triton's FpSan, which makes of floats an integer ring,
// so that a reordered sum is equal in every bit and a wrong operand is not.

#include <filesystem>
#include <string>

#include "grader/curriculum/curriculum.h"

namespace tritutor {

/// A sentence on a file and ours, from one case of the exercise: that they are equal, where they differ, or why that
/// cannot be told. Takes a second or two.
std::string algebra_of(const Exercise& exercise, const std::filesystem::path& file, const std::filesystem::path& ours);

}  // namespace tritutor
