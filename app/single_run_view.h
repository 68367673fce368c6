#pragma once
// One run of a kernel with its values, as the terminal shows it.

#include <string>
#include <vector>

#include "app/terminal.h"
#include "grader/curriculum/curriculum.h"
#include "grader/single_run.h"

namespace tritutor {

struct SingleRunViewOptions {
  Style style;
  int width = 80;
  std::string file;                ///< as the learner wrote it
  std::string source;              ///< its text
  std::string submit;              ///< the command that has it judged
  std::vector<std::string> names;  ///< of the arrays that are shown; empty: all
  bool whole = false;              ///< of each array everything
};

/// Of a run that took place: the case, its arrays, findings, and what was printed.
std::string view_single_run(const SingleRun& run, const Exercise& exercise, const Case& test,
                            const SingleRunViewOptions& options);

}  // namespace tritutor
