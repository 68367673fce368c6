#pragma once
// Findings in the words of Triton: programs, masks, tensors.

#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/dialect.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// Says "program 3" where the machine says block and thread, and "x has shape (7, 1000)" where it counts floats, and
/// gives a finding the cause that it has in a Triton file: a mask, a row's length, a grid, a barrier.
void say_in_triton_terms(std::vector<vgpu::Finding>& findings, const Exercise& exercise, const Case& test,
                         const LaunchPlan& plan, const Step& step);

}  // namespace tritutor
