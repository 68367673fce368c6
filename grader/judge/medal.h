#pragma once
// The one rule for speed: what is known of the fraction of the limit's speed that a kernel reaches is a range, and a
// line is missed or cleared where the whole range lies on one side of it. In between nothing is decided.

#include <string>

#include "grader/curriculum/curriculum.h"
#include "grader/judge/predict.h"
#include "grader/judge/timing.h"

namespace tritutor {

/// Fractions of the limit's speed between which the kernel's lies.
struct FractionRange {
  double least = 0, most = 0;
};

/// Where a kernel stands against a line.
enum class Standing : uint8_t { missed, open, cleared };

Standing standing(const FractionRange& range, double line);

/// A prediction with the model's error both ways. One that holds at most says nothing of the least.
FractionRange range_of(const Prediction& prediction);

struct SpeedDecision {
  Standing bronze = Standing::open;
  std::string medal = "none";  ///< the highest that is cleared
  std::string note;            ///< why not a higher one, for a person
};

/// By prediction. More than the limit allows earns nothing: work must have been left out.
SpeedDecision decide_medal(const Prediction& prediction, const Thresholds& thresholds);

/// The quartiles of what was measured.
FractionRange range_of(const Measurement& measured);

/// By measurement.
SpeedDecision decide_medal(const Measurement& measured, const Thresholds& thresholds);

}  // namespace tritutor
