#pragma once
// A bench on a terminal: a table, a plot, and why a kernel was not timed somewhere; and the same as JSON.

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/terminal.h"
#include "grader/bench.h"

namespace tritutor {

struct BenchViewOptions {
  Style style;
  int width = 80;
  bool utf8 = true;   ///< the plot may have characters beyond ASCII
  std::string judge;  ///< command that has the kernel judged: "tritutor submit 1.1"
};

std::string view_bench(const Exercise& exercise, const Bench& bench, const BenchViewOptions& options);

nlohmann::json to_json(const Exercise& exercise, const Bench& bench);

/// One kernel at one size.
nlohmann::json to_json(const BenchPoint& point);
/// A sentence on a point that is wrong, with its place.
std::string why_wrong(const BenchPoint& point);

}  // namespace tritutor
