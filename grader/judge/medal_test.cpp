// The one rule: a line is missed or cleared where the whole range of what is known lies on one side of it.

#include "grader/judge/medal.h"

#include <doctest/doctest.h>

namespace tritutor {
namespace {

using doctest::Approx;

/// A prediction whose error is 1.35 downwards and 1.25 upwards.
Prediction reaching(double fraction) {
  Prediction prediction;
  prediction.fraction = fraction;
  prediction.limiter = "shared";
  return prediction;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const Thresholds copy{0.5, 0.75, 0.9};
const Thresholds transpose{0.65, 0.8, 0.9};
const Thresholds product{0.14, 0.35, 0.7};

TEST_CASE("A line is missed below the range, cleared above it, and open within") {
  CHECK(standing({0.2, 0.4}, 0.41) == Standing::missed);
  CHECK(standing({0.2, 0.4}, 0.4) == Standing::open);
  CHECK(standing({0.2, 0.4}, 0.3) == Standing::open);
  CHECK(standing({0.2, 0.4}, 0.2) == Standing::cleared);
  CHECK(standing({0.2, 0.4}, 0.1) == Standing::cleared);
}

TEST_CASE("A prediction's range is the model's error both ways") {
  CHECK(range_of(reaching(0.6)).least == Approx(0.6 / 1.35));
  CHECK(range_of(reaching(0.6)).most == Approx(0.6 * 1.25));
  Prediction scattered = reaching(0.6);
  scattered.scattered = true;
  CHECK(range_of(scattered).least == Approx(0.6 / 2.5));
  CHECK(range_of(scattered).most == Approx(0.6 * 1.25));
}

TEST_CASE("A prediction that holds at most can show that a kernel is slow, never that it is fast") {
  Prediction most = reaching(0.9);
  most.at_least = true;
  CHECK(range_of(most).least == 0);
  CHECK(decide_medal(most, copy).medal == "none");
  CHECK(decide_medal(most, copy).bronze == Standing::open);
  most.fraction = 0.11;
  CHECK(decide_medal(most, copy).bronze == Standing::missed);
  // Of one that was ended early nothing says that work was left out.
  most.fraction = 7;
  CHECK(!contains(decide_medal(most, copy).note, "missing"));
}

TEST_CASE("The highest line that is cleared is the medal, and the open ones above it are named") {
  CHECK(decide_medal(reaching(0.18), product).medal == "none");
  CHECK(decide_medal(reaching(0.22), product).medal == "bronze");
  CHECK(decide_medal(reaching(0.22), product).note == "only predicted");  // silver is missed
  CHECK(decide_medal(reaching(0.3), product).note == "only predicted; silver is too close to call without a GPU");
  CHECK(decide_medal(reaching(0.54), product).medal == "silver");
  CHECK(decide_medal(reaching(0.57), product).note == "only predicted; gold is too close to call without a GPU");
  CHECK(decide_medal(reaching(1), copy).medal == "bronze");
  CHECK(decide_medal(reaching(1), copy).note == "only predicted; silver and gold are too close to call without a GPU");
  CHECK(decide_medal(reaching(1), transpose).medal == "bronze");
}

TEST_CASE("Below bronze the line is named, and whether it is known to be missed") {
  const SpeedDecision open = decide_medal(reaching(0.6), copy);
  CHECK(open.bronze == Standing::open);
  CHECK(open.note == "only a GPU can tell whether it reaches bronze, 50 % of the limit's speed");
  const SpeedDecision missed = decide_medal(reaching(0.39), copy);
  CHECK(missed.bronze == Standing::missed);
  CHECK(missed.note == "predicted below bronze, which is 50 % of the limit's speed");
  CHECK(decide_medal(reaching(0.0), copy).bronze == Standing::missed);
}

TEST_CASE("More than the limit allows is no medal") {
  for (const double fraction : {1.06, 3.75}) {
    const SpeedDecision beyond = decide_medal(reaching(fraction), copy);
    CHECK(beyond.medal == "none");
    CHECK(beyond.bronze == Standing::open);
    CHECK(contains(beyond.note, "a part of the work seems to be missing"));
  }
  Prediction fast = reaching(1.2);
  fast.most_fraction = 1.25;
  CHECK(decide_medal(fast, product).medal == "gold");
}

}  // namespace
}  // namespace tritutor
