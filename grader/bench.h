#pragma once
// How fast kernels of one exercise are over a range of sizes: measured where there is a GPU, else predicted. What a
// submission judges is not judged here; a kernel that is wrong at a size is not timed there.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/dialect/dialect.h"
#include "grader/dialect/refusal.h"
#include "grader/judge/compare.h"
#include "grader/judge/medal.h"
#include "grader/judge/timing.h"
#include "grader/submission.h"

namespace tritutor {

/// The sizes at which an exercise is looked at, smallest first: where it is timed, and up to six times a quarter of the
/// elements before. A single size is divided by four. Of several, each is halved, but for those of 64 or less, which
/// stay (a batch, the length of a head); none goes below 64.
std::vector<reference::Values> bench_sizes(const Exercise& exercise);

struct BenchKernel {
  std::string name;  ///< "yours", "ours"
  std::filesystem::path file;
  std::string source;  ///< its text
  /// Of several configurations of one file; then its plans at the bench's sizes alone are made, and none of them has to
  /// do. No name: the file as it stands.
  Configuration configuration{};
};

/// A time with what is known of its spread: quartiles, or the range of the prediction.
struct TimeRange {
  double least = 0, us = 0, most = 0;  ///< `most` is infinite where a prediction says "at least"
};

/// What has to be done at a size, whatever the kernel.
struct BenchWork {
  double bytes = 0;               ///< each buffer moved once
  double limit_bytes = 0;         ///< as the exercise's limit counts them; 0: it counts none
  double flops = 0;               ///< a multiply-add is two; 0: the limit counts none
  double integer_operations = 0;  ///< likewise
};

/// One kernel at one size.
struct BenchPoint {
  std::optional<TimeRange> time;    ///< absent: it is wrong, or nothing could be told
  TimeRange limit;                  ///< the library's or the copy's time, of the same kind; 0: unknown
  FractionRange fraction;           ///< of the limit's speed, as `time`
  double float_instructions = 0;    ///< of its lanes, counted on the virtual GPU; 0: none, or unknown
  std::vector<StepCounters> steps;  ///< counted, or estimated from a sample; empty: nothing was
  std::string limiter;              ///< which part of the device they keep busiest, as Prediction::limiter
  std::string problem;              ///< why it is wrong; empty: it is right, as far as was looked
  std::vector<vgpu::Finding> findings;
  std::optional<Mismatch> mismatch;
  std::string note;  ///< why it is not timed where that is not its fault, or what a reader of the time should know
};

struct BenchSeries {
  BenchKernel kernel;
  std::optional<Refusal> refusal;  ///< it could not be built: there are no points
  std::vector<BenchPoint> points;  ///< of each size
};

/// The most that the device does.
struct BenchRates {
  double bytes_per_us = 0;
  double flops_per_us = 0;  ///< a multiply-add is two
  double integer_operations_per_us = 0;
};

struct Bench {
  std::optional<Refusal> refusal;  ///< why nothing was timed: the first kernel, the machine, or Ctrl-C
  bool measured = false;           ///< on `device`; else predicted for it
  std::string toolchain;           ///< "NVRTC 13.0"
  std::string device;              ///< "NVIDIA H100 80GB HBM3", "H200"
  std::string limit;               ///< what kernels are held against: "cuBLAS 13.0.2", "a copy"
  std::vector<reference::Values> sizes;
  std::vector<BenchWork> work;  ///< of each size
  std::vector<BenchSeries> series;
  const DeviceProfile* profile = nullptr;  ///< by which limiters are named; the options'
  BenchRates rates;                        ///< zeros where they could not be measured
};

/// Times `kernels` at `sizes` (every size argument by name) one after the other. Of the options, those that concern
/// cases are of no use. Never throws for what a kernel or the machine did wrong.
Bench bench(const Exercise& exercise, const std::vector<BenchKernel>& kernels,
            const std::vector<reference::Values>& sizes, const SubmitOptions& options);

}  // namespace tritutor
