#pragma once

#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/cuda/source_scan.h"
#include "grader/dialect/refusal.h"

namespace tritutor {

/// What is known of a compile that failed.
struct FailedCompile {
  const std::vector<Diagnostic>& log;
  const std::string& raw;      ///< the log as it came
  const std::string& program;  ///< what it calls the learner's file
  const std::string& file;     ///< the learner's path
  const std::string& source;
  const SourceScan& scan;
  const Exercise& exercise;
};

/// The refusal for it: the most telling error first and in the learner's lines, with advice. Its kind is "compile",
/// "signature" or "missing-kernel".
Refusal explain(const FailedCompile& failed);

}  // namespace tritutor
