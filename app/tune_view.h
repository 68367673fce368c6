#pragma once
// A file's configurations on a terminal: a table from the fastest to the slowest, why they stand in this order, and a
// plot; and the same as JSON.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/terminal.h"
#include "grader/bench.h"

namespace tritutor {

struct TuneViewOptions {
  Style style;
  int width = 80;
  bool utf8 = true;  ///< the plot may have characters beyond ASCII
  std::string next;  ///< a sentence on what to do with the fastest one
};

std::string view_tune(const Exercise& exercise, const Bench& bench, const TuneViewOptions& options);

/// Why the fastest is faster than the second and than the slowest, a sentence each; none where one alone has a time.
std::vector<std::string> why_this_order(const Bench& bench);

nlohmann::json tune_json(const Exercise& exercise, const Bench& bench);

}  // namespace tritutor
