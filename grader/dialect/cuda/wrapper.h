#pragma once
// What the tutor adds to a learner's file: the sizes as a struct before it, checks and the entry for launch() after it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "grader/curriculum/curriculum.h"

namespace tritutor {

/// The kernel that runs the learner's launch(): entry(Plan* plan, const Problem* problem).
inline constexpr std::string_view plan_entry = "__tritutor_plan";

/// Names that the compiler's log gives to the parts of the wrapper.
inline constexpr std::string_view kernel_check_file = "tritutor-kernel-check";
inline constexpr std::string_view launch_check_file = "tritutor-launch-check";
inline constexpr std::string_view entry_file = "tritutor-entry";

/// The launch function as a learner writes it.
inline constexpr std::string_view launch_signature = "void launch(Plan& plan, const Problem& p)";

/// Whether an argument is of type half, so that the problem's header needs CUDA's cuda_fp16.h.
bool uses_half(const Exercise& exercise);
/// tritutor_problem.cuh: struct Problem with the exercise's sizes and scalars in the order of its arguments.
std::string problem_header(const Exercise& exercise);
/// The bytes of a Problem for a case's values.
std::vector<std::byte> problem_bytes(const Exercise& exercise, const reference::Values& values);

/// Types of the kernel's parameters: "const float*, float*, float, int".
std::string kernel_parameters(const Exercise& exercise);
/// Stands after the learner's text: refuses at compile time a kernel or a launch() of another type.
std::string wrapper_text(const Exercise& exercise);

}  // namespace tritutor
