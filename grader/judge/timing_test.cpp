#include "grader/judge/timing.h"

#include <doctest/doctest.h>

#include "grader/judge/medal.h"

using namespace tritutor;

namespace {

const Thresholds lines{0.4, 0.7, 0.9};

Measurement of_fractions(double first, double median, double third) {
  Measurement measured;
  measured.fraction = {first, median, third};
  return measured;
}

}  // namespace

TEST_CASE("quartiles lie between values where no value lies at a quarter") {
  const Quartiles q = quartiles({4, 1, 3, 2});
  CHECK(q.first == doctest::Approx(1.75));
  CHECK(q.median == doctest::Approx(2.5));
  CHECK(q.third == doctest::Approx(3.25));
  CHECK(quartiles({7}).first == 7);
  CHECK(quartiles({}).median == 0);
}

TEST_CASE("a series settles at little noise, and at noise that stays as it is") {
  TimedSeries quiet(2000);
  for (int i = 0; i < 11; ++i) quiet.add({100, 90, 2000});
  CHECK_FALSE(quiet.settled());  // too few
  quiet.add({100, 90, 2000});
  CHECK(quiet.settled());

  TimedSeries noisy(2000);
  for (int i = 0; i < 47; ++i) noisy.add({100.0 + 10 * (i % 4), 90, 2000});
  CHECK_FALSE(noisy.settled());
  noisy.add({130, 90, 2000});
  CHECK(noisy.settled());  // it is as noisy as it was at half the samples

  TimedSeries changing(2000);
  for (int i = 0; i < 48; ++i) changing.add({100.0 + (i < 24 ? i % 2 : 10 * (i % 4)), 90, 2000});
  CHECK_FALSE(changing.settled());
}

TEST_CASE("samples at a low clock are dropped, unless there are no others") {
  TimedSeries series(2000);
  series.add({100, 50, 1900});
  series.add({180, 50, 1100});
  series.add({102, 51, 2000});
  series.add({104, 52, 0});  // unknown
  const Measurement measured = series.measurement();
  CHECK(measured.samples == 3);
  CHECK(measured.dropped == 1);
  CHECK(measured.us.median == 102);
  CHECK(measured.fraction.median == doctest::Approx(0.5));
  CHECK(measured.clock_mhz == 1950);
  CHECK_FALSE(measured.slow_clock);

  TimedSeries slow(2000);
  slow.add({100, 50, 1000});
  CHECK(slow.measurement().samples == 1);
  CHECK(slow.measurement().dropped == 0);
  CHECK(slow.measurement().slow_clock);
}

TEST_CASE("a medal is given where the quartiles clear its line") {
  const SpeedDecision gold = decide_medal(of_fractions(0.91, 0.92, 0.93), lines);
  CHECK(gold.medal == "gold");
  CHECK(gold.note.empty());

  const SpeedDecision silver = decide_medal(of_fractions(0.80, 0.81, 0.82), lines);
  CHECK(silver.medal == "silver");
  CHECK(silver.note == "gold is 90 % of the limit's speed");

  const SpeedDecision open = decide_medal(of_fractions(0.88, 0.905, 0.92), lines);
  CHECK(open.medal == "silver");
  CHECK(open.note == "too noisy to tell whether it reaches gold, 90 % of the limit's speed");

  const SpeedDecision none = decide_medal(of_fractions(0.30, 0.31, 0.32), lines);
  CHECK(none.medal == "none");
  CHECK(none.bronze == Standing::missed);
  CHECK(decide_medal(of_fractions(0.38, 0.41, 0.42), lines).bronze == Standing::open);
}

TEST_CASE("no answer comes sooner than its bytes and operations allow") {
  LeastTime least;
  least.bytes = 300e6;
  least.bytes_per_us = 3e6;
  CHECK(least.us() == doctest::Approx(100));
  least.cache_bytes = 60e6;  // what stays there was not moved
  CHECK(least.us() == doctest::Approx(80));
  least.flops = 8e9;
  least.flops_per_us = 10e6;  // of the lanes; tensor cores have eight times that
  CHECK(least.us() == doctest::Approx(100));
  CHECK(LeastTime{}.us() == 0);
}
