#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// Turns complaints about the tutor's own lines (the checks after the learner's text) into what they mean for the
/// learner. `diagnostics` are those of a compile that failed. nullopt where none explains itself that way.
std::optional<Refusal> explain_wrapper_errors(const std::vector<Diagnostic>& diagnostics, const Exercise& exercise,
                                              const SourceScan& scan, const std::string& file);

/// The same where the learner's text has errors too, but not in the declaration that differs: a parameter that is
/// missing there is what they come from.
std::optional<Refusal> explain_other_signature(const std::vector<Diagnostic>& log,
                                               const std::vector<Diagnostic>& errors, const Exercise& exercise,
                                               const SourceScan& scan, const std::string& file);

/// Whether PTX that compiled has the kernel under its plain name; if not, extern "C" or __global__ is missing.
std::optional<Refusal> check_entry(std::string_view ptx, const Exercise& exercise, const SourceScan& scan,
                                   const std::string& file);

/// Whether PTX has a kernel of this exact name.
bool has_entry(std::string_view ptx, std::string_view name);

}  // namespace tritutor
