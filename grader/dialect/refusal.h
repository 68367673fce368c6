#pragma once
// What is said of a file that cannot be judged.

#include <string>
#include <vector>

namespace tritutor {

/// A line of the compiler's log, or another complaint about the file, in the learner's own coordinates.
struct Diagnostic {
  std::string severity;  ///< "error", "warning", "note"
  std::string file;
  int line = 0, column = 0;  ///< 1-based, 0: unknown
  std::string message;
};

/// What stopped a submission before any case could be judged.
struct Refusal {
  /// "compile", "include", "signature", "missing-kernel", "plan", "unsupported", "environment", "stopped"
  std::string kind;
  std::string message;                  ///< one sentence and the next step
  std::vector<Diagnostic> diagnostics;  ///< kind "compile": the log
  std::string expected, found;          ///< kind "signature": both forms
  std::string advice = {};              ///< kind "compile": what the first error means for a learner; may be empty
};

inline Refusal refusal_of(std::string kind, std::string message) {
  Refusal refusal;
  refusal.kind = std::move(kind);
  refusal.message = std::move(message);
  return refusal;
}

}  // namespace tritutor
