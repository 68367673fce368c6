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
};

LimitWork limit_work(const Limit& limit, const reference::Values& values);

/// The time of the limit without a launch's cost: bytes at the DRAM's rate; operations at 0.8 of the peak.
double limit_us(const LimitWork& work, const DeviceProfile& profile);

struct Prediction {
  double time_us = 0;
  double limit_us = 0;
  double fraction = 0;                  ///< limit / time
  std::string limiter;                  ///< the busiest part of the step that takes longest, or "launch"
  double busy_sms = 0;                  ///< that have a block in that step
  double sms = 0;                       ///< of the device
  uint64_t blocks = 0, blocks_run = 0;  ///< of all steps: how many there are, and from how many the time is estimated
  bool at_least = false;                ///< it takes at least this time, and reaches at most this fraction
};

/// The steps of one run of a plan, one after the other: each takes as long as its busiest part, plus its launch.
Prediction predict(const std::vector<StepCounters>& steps, const LimitWork& work, const DeviceProfile& profile);

/// A predicted fraction has to be above a medal's threshold by this factor to earn it. The model knows no latencies, no
/// machine instructions and no cache but an ideal one; a factor of 1.5 is what its terms may be wrong by without
/// anything being odd: of our solutions an H200 takes 0.8 to 1.4 times as long (bench/results/2026-11-22-counters.md).
/// Where even the limit itself does not reach that far (1.5 * 0.75 > 1), only a GPU can tell.
inline constexpr double medal_margin = 1.5;

struct PredictedMedal {
  std::string medal = "none";
  std::string note;  ///< which medals are too close to call, for a person
};

PredictedMedal predicted_medal(const Prediction& prediction, const Thresholds& thresholds);

}  // namespace tritutor
