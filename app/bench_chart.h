#pragma once
// A bench as charts, and as an SVG picture of both.

#include <optional>
#include <string>

#include "app/plot/chart.h"
#include "grader/bench.h"

namespace tritutor {

/// How sizes that change together are written as one number.
struct SizeScale {
  std::string name;    ///< the size that stands for all: the first that changes
  std::string words;   ///< "n", "m = n = k", "m, n = m/4, d = 64"
  bool enough = true;  ///< it tells the sizes apart, as the others follow from it
};

SizeScale size_scale(const Exercise& exercise, const std::vector<reference::Values>& sizes);

/// What throughput is of: the exercise's operations where its limit counts them, else the bytes it must move.
struct Throughput {
  std::string unit;  ///< "GB/s", "TFLOP/s"
  double BenchWork::*amount = nullptr;
  double per_us = 1;  ///< of the amount, for one unit

  double of(const BenchWork& work, double us) const { return work.*amount / us / per_us; }
};

Throughput throughput_of(const Exercise& exercise);

/// Whether a time tells where a kernel stands, and is not only the least it can be.
bool stands(const std::optional<TimeRange>& time);

/// "Measured on NVIDIA H100", "Predicted for H200".
std::string how_in_words(const Bench& bench);

plot::Chart throughput_chart(const Exercise& exercise, const Bench& bench);
/// nullopt: the kernels compute nothing that could be set against the bytes they move.
std::optional<plot::Chart> roofline_chart(const Bench& bench);

/// Both side by side.
std::string bench_svg(const Exercise& exercise, const Bench& bench);

}  // namespace tritutor
