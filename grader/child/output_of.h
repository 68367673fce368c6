#pragma once
// What a short-lived program says, such as an interpreter that is asked for its version.

#include <chrono>
#include <string>
#include <vector>

namespace tritutor {

struct Output {
  enum class End { exited, not_started, out_of_time, failed } end = End::not_started;
  std::string text;  ///< of standard output
};

/// Runs a program, looked for on PATH where its name has no slash, until it ends or `limit` has passed; then it is
/// killed. It reads nothing and its errors go nowhere.
Output output_of(const std::vector<std::string>& command, std::chrono::milliseconds limit);

}  // namespace tritutor
