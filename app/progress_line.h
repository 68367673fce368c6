#pragma once
// One line on a terminal's standard error that says what a long submission is at.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "grader/progress.h"

namespace tritutor {

/// From its making to its end: shows `progress` after a second, several times a second, and leaves no trace. Nothing is
/// shown where `on` is false.
class ProgressLine {
 public:
  ProgressLine(const Progress& progress, bool on);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void show();

  const Progress& progress_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;
};

}  // namespace tritutor
