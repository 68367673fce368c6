#pragma once
// Findings in the words of the launch plan: a buffer that is too small because of what the plan asked for.

#include <vector>

#include "grader/dialect/cuda/plan.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Gives the accesses out of bounds of one step their cause where it is the plan's: no dynamic shared memory asked for,
/// or elements counted where bytes are meant, there and for the scratch buffer.
void blame_plan(std::vector<vgpu::Finding>& findings, const LaunchPlan& plan, const Step& step);

}  // namespace tritutor
