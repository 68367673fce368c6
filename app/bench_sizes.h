#pragma once

#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"

namespace tritutor {

/// --sizes: "n=1e4,n=1e6" or "m=n=k=512,m=512,...": a name that stands once more begins the next point. What a point
/// does not name is as where the exercise is timed. Smallest first. Throws CommandError.
std::vector<reference::Values> sizes_from(const Exercise& exercise, const std::string& text);

}  // namespace tritutor
