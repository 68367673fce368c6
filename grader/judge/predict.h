#pragma once
// How long a submission would take on a device, predicted from what the virtual GPU counted. Never a measurement.

#include <cstdint>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"
#include "grader/judge/time_model.h"

namespace tritutor {

/// What has to be done at the least: an exercise's limit with a case's sizes.
struct LimitWork {
  std::string kind;  ///< as Limit::kind
  double bytes = 0, flops = 0;
  double integer_operations = 0;
};

LimitWork limit_work(const Limit& limit, const reference::Values& values);

/// The time of the limit without a launch's cost: bytes at the rate of a copy; floating-point operations at what the
/// library reaches of the peak; operations on integers at the rate of a usual mix.
double limit_us(const LimitWork& work, const DeviceProfile& profile);

struct Prediction {
  double time_us = 0;
  double limit_us = 0;
  double fraction = 0;                  ///< limit / time
  double most_fraction = 1;             ///< that any kernel could reach by the model
  bool scattered = false;               ///< a quarter of the traffic or more is scattered
  bool large_blocks = false;            ///< of 1024 threads: a few registers more, and an SM holds one, not two
  bool clear = false;                   ///< one part of each step makes its time, or its warps hardly wait
  std::string limiter;                  ///< the busiest part of the step that takes longest, or "launch"
  double busy_sms = 0;                  ///< that have a block in that step
  double sms = 0;                       ///< of the device
  uint64_t blocks = 0, blocks_run = 0;  ///< of all steps: how many there are, and from how many the time is estimated
  bool at_least = false;                ///< it takes at least this time, and reaches at most this fraction
};

/// The steps of one run of a plan, one after the other, each with its launch.
Prediction predict(const std::vector<StepCounters>& steps, const LimitWork& work, const DeviceProfile& profile,
                   const ModelFigures& figures = {});

/// By which factors a device may be slower and faster than its prediction, as fractions of the limit: what 209 kernels
/// showed on an H100 (bench/results/2026-11-25-model.md), of which the model's figures were fitted to one half.
///
/// - Where one part alone makes the time, or a warp waits twice at the most, they took 0.80 to 1.14 times as long.
/// - Where memory, L1 or integers hold a kernel back beside others, 0.79 to 1.33 times; but for two: 0.65, where L2
///   kept more of a row than it was thought to, and 1.65, with phases of a block that do not overlap.
/// - Where instructions or waiting do, or a block has 1024 threads, 0.76 to 1.67 times.
/// - Where much is scattered, 0.81 to 1.24 times. But where blocks that are far from each other want the same sectors,
///   up to 2.5 times: the counters do not tell those from others.
struct ModelError {
  double slower = 1, faster = 1;
};

ModelError model_error(const Prediction& prediction);

}  // namespace tritutor
