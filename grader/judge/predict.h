#pragma once
// How long a submission would take on a device, predicted from what the virtual GPU counted. Never a measurement.

#include <cstdint>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/judge/profile.h"
#include "vgpu/vgpu.h"

namespace tritutor {

/// What one launch of a plan did.
struct StepCounters {
  std::string kernel;
  uint64_t blocks = 1;  ///< of its grid
  vgpu::Counters counters;
  uint64_t blocks_run = 1;  ///< fewer than it has: the counters are estimated from these
  bool at_least = false;    ///< a block was ended early: the counters are the least there can be
};

/// One part of a device and how long it would be busy with a launch.
struct TimeTerm {
  std::string part;  ///< "issue", "fp32", "fp64", "integer", "special", "tensor", "shared", "l2", "dram"
  double us = 0;
};

/// Every part's time for one launch without the launch's own cost. A grid of fewer blocks than the device has SMs
/// leaves the others idle.
std::vector<TimeTerm> time_terms(const StepCounters& step, const DeviceProfile& profile);

/// What has to be done at the least: an exercise's limit with a case's sizes.
struct LimitWork {
  std::string kind;  ///< as Limit::kind
  double bytes = 0, flops = 0;
  double integer_operations = 0;
};

LimitWork limit_work(const Limit& limit, const reference::Values& values);

/// The time of the limit without a launch's cost: bytes at the DRAM's rate; floating-point operations at 0.8 of the
/// peak; operations on integers at theirs.
double limit_us(const LimitWork& work, const DeviceProfile& profile);

struct Prediction {
  double time_us = 0;
  double limit_us = 0;
  double fraction = 0;                  ///< limit / time
  double most_fraction = 1;             ///< that any kernel could reach by the model
  bool scattered = false;               ///< a quarter of the traffic or more is scattered
  std::string limiter;                  ///< the busiest part of the step that takes longest, or "launch"
  double busy_sms = 0;                  ///< that have a block in that step
  double sms = 0;                       ///< of the device
  uint64_t blocks = 0, blocks_run = 0;  ///< of all steps: how many there are, and from how many the time is estimated
  bool at_least = false;                ///< it takes at least this time, and reaches at most this fraction
};

/// The steps of one run of a plan, one after the other: each takes as long as its busiest part, plus its launch.
Prediction predict(const std::vector<StepCounters>& steps, const LimitWork& work, const DeviceProfile& profile);

/// By which factors a device may be slower and faster than its prediction, as fractions of the limit.
///
/// - Slower: the model knows no latencies, no occupancy and no waiting at barriers, so nearly every device is. Of our
///   solutions an H200 takes 1.12 to 1.43 times as long (bench/results/2026-11-22-counters.md); products without tiles
///   reach 0.107 to 0.122 of the library on an H100, predicted 0.16.
/// - Slower, where much is scattered: which of its sectors find each other in L1 and in a DRAM page is not modelled.
///   Plain transposes reach 0.14 to 0.59 of a copy on an H100, predicted 0.20 to 1.00: up to 1.7 times.
/// - Faster: PTX has more instructions than the machine (5.3 takes 1.29 times as long as predicted), and the rate of
///   L2 is an estimate. What shared memory or DRAM holds back is counted as it is, on figures that are stated; but a
///   copy reaches 0.87 of the DRAM's figure, so that fractions of it may be 1.15 times as large.
struct ModelError {
  double slower = 1, faster = 1;
};

ModelError model_error(const Prediction& prediction);

}  // namespace tritutor
