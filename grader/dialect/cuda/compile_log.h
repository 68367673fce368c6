#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grader/dialect/refusal.h"

namespace tritutor {

/// NVRTC's log as diagnostics, in its order, notes after what they belong to, files named as in the log. A column in
/// the learner's file, which the log calls `program`, is computed from the caret under the echoed line, in bytes.
std::vector<Diagnostic> parse_compile_log(std::string_view log, std::string_view program);

}  // namespace tritutor
