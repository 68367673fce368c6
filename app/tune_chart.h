#pragma once
// Configurations as a picture: bars of their times at one size, or the fastest ones' lines over several.

#include <string>

#include "grader/bench.h"

namespace tritutor {

/// The bench of the fastest three alone, of which a chart can be read.
Bench fastest_of(const Bench& bench);

/// A line for each configuration that has a time, fastest first, and one for the limit, with a bar as long as its time.
std::string tune_bars(const Bench& bench, int width, bool utf8);

/// Bars, or over several sizes what a bench draws.
std::string tune_svg(const Exercise& exercise, const Bench& bench);

}  // namespace tritutor
