#pragma once
// A learner's file run on one case, with the values kept: for looking at, not for a verdict that counts.

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "grader/case_run.h"
#include "grader/curriculum/curriculum.h"
#include "grader/progress.h"
#include "grader/verdict.h"

namespace tritutor {

struct SingleRunOptions {
  std::filesystem::path include_dir;  ///< the folder of tritutor.cuh
  vgpu::Hardware hardware{};          ///< of the device that the file is planned for
  const std::atomic<bool>* stop = nullptr;
  Progress* progress = nullptr;
};

/// What an output holds at the end.
struct OutputValues {
  reference::Array got;
  std::vector<char> wrong;      ///< 1 where it is not as expected
  std::vector<char> unwritten;  ///< 1 where it is wrong and still holds what it held before the run
};

struct SingleRun {
  Verdict verdict;                    ///< of that case alone: nothing is timed. A refusal: there is nothing else here
  CaseData data;                      ///< inputs, and what is expected
  std::vector<OutputValues> outputs;  ///< in the order of the arguments
};

/// Runs `source`, the text of `file`, on a case (case_choice.h) on the virtual GPU. Never throws for anything the
/// learner or the machine did wrong: that is in the verdict, as of grade().
SingleRun run_once(const Exercise& exercise, const Case& test, const std::filesystem::path& file,
                   const std::string& source, const SingleRunOptions& options);

}  // namespace tritutor
