#pragma once
// Why one way of running a plan is faster than another, as far as the counters and the model tell.

#include <string>
#include <vector>

#include "grader/judge/profile.h"
#include "grader/judge/time_model.h"

namespace tritutor {

/// The part of the device that makes the slower one slow.
struct WhyFaster {
  std::string part;  ///< as TimeTerm::part; "grid": SMs without a block; empty: the counters do not tell
  double faster_us = 0, slower_us = 0;  ///< that the part would be busy, of all launches; 0: "grid"
  std::string fact;                     ///< what was counted, with both figures; may be empty
};

/// Nothing of it is measured: a fact is of the longest launch of each.
WhyFaster why_faster(const std::vector<StepCounters>& faster, const std::vector<StepCounters>& slower,
                     const DeviceProfile& profile);

}  // namespace tritutor
