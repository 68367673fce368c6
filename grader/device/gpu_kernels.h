#pragma once

#include <string_view>

namespace tritutor {

/// The grader's own kernels in CUDA C++: what a run is held against, and what checks it on the GPU. They are compiled
/// for the GPU that is used and go with Gpu::load_tools().
std::string_view gpu_kernels();

/// Operations on integers of one turn of the loop in tritutor_integer, as the virtual GPU counts them in PTX.
inline constexpr double integer_operations_per_turn = 85;

}  // namespace tritutor
