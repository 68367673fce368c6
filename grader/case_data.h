#pragma once

#include <cstdint>
#include <string_view>

#include "grader/curriculum/curriculum.h"

namespace tritutor {

/// The seed of a case: its own, or for a hidden case one drawn from the submission's seed and the case's name.
uint64_t case_seed(const Case& test, uint64_t submission_seed);

/// Every input of a case; each argument has a seed of its own drawn from the case's.
reference::Arrays make_inputs(const Exercise& exercise, const Case& test, uint64_t seed);

/// A new submission seed from the system's entropy.
uint64_t draw_seed();

}  // namespace tritutor
