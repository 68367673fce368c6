#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grader/verdict.h"

namespace tritutor {

/// NVRTC's log as diagnostics, in its order, notes after what they belong to. `source` is the learner's text, which the
/// log calls `program`: a column there is computed from the caret under the echoed line. Files are named as in the log.
std::vector<Diagnostic> parse_compile_log(std::string_view log, std::string_view program, std::string_view source);

}  // namespace tritutor
