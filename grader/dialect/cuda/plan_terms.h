#pragma once
// Findings in the words of the exercise and its launch plan: a buffer that is too small because of what the plan asked
// for, an output or a scratch buffer that is read before anything was stored there.

#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/dialect.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Gives the accesses out of bounds of one step their cause where it is the plan's: no dynamic shared memory asked for,
/// or elements counted where bytes are meant, there and for the scratch buffer. Says of undefined values from outputs
/// and from scratch what these buffers are.
void say_in_plan_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const LaunchPlan& plan,
                       const Step& step);

}  // namespace tritutor
