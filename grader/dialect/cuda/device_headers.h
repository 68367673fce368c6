#pragma once
// How a program reads headers that are neither its author's nor the tutor's.

#include <functional>
#include <string>

#include "grader/dialect/cuda/nvrtc.h"
#include "grader/dialect/cuda/source_scan.h"

namespace tritutor {

/// Whether CUDA's folders have a header of this name.
using IsCudaHeader = std::function<bool(const std::string& name)>;

/// Gives a program what stands for the C library's headers that it includes and for <cub/cub.cuh>, names the headers of
/// CUDA that it begins with, and sets the option that spares cooperative groups their largest one. A program that does
/// not compile with that option (Program::options) may compile without.
void prepare_headers(const SourceScan& scan, const IsCudaHeader& is_cuda_header, Nvrtc::Program& program);

}  // namespace tritutor
