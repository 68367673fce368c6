#pragma once
// Findings in the words of Triton: programs, masks, tensors.

#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/dialect.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Says "program (3, 0, 0)" where the machine says block and thread, and gives a finding the cause that it has in a
/// Triton file: a mask, an `other`, a grid, a barrier.
void say_in_triton_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const LaunchPlan& plan,
                         const Step& step);

}  // namespace tritutor
