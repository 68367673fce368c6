#pragma once

#include <optional>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// A file written the way a program on a host is: it launches kernels by <<<...>>>, calls CUDA's runtime (cudaMalloc),
/// or has a main(). The refusal says what stands in their place here; nullopt where there is none of it.
std::optional<Refusal> explain_host_code(const SourceScan& scan, const Exercise& exercise, const std::string& file);

/// A launch() for an exercise, as a learner could write it, in one line.
std::string example_launch(const Exercise& exercise);

}  // namespace tritutor
