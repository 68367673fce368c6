#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// Refuses a file that reads another one than the tutor's headers or CUDA's. `own` are the tutor's headers;
/// `is_cuda_header` tells whether CUDA's folder has a header; `have_cuda` whether there is such a folder at all.
std::optional<Refusal> check_includes(const SourceScan& scan, const std::string& file,
                                      const std::vector<std::string>& own,
                                      const std::function<bool(const std::string&)>& is_cuda_header, bool have_cuda);

}  // namespace tritutor
