#include "app/plot/axis.h"

#include <doctest/doctest.h>

using namespace tritutor::plot;

namespace {

std::vector<std::string> labels(const Axis& axis, int about) {
  std::vector<std::string> all;
  for (const Tick& tick : axis.ticks(about)) all.push_back(tick.label);
  return all;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("a linear axis begins at 0 and ends at a round value above all") {
  const Axis axis(Axis::Kind::linear, 12, 4701);
  CHECK(axis.most() == 6000);
  CHECK(axis.at(0) == 0);
  CHECK(axis.at(3000) == doctest::Approx(0.5));
  CHECK(labels(axis, 5) == Labels{"0", "2000", "4000", "6000"});
  CHECK(labels(Axis(Axis::Kind::linear, 0, 0.9), 5) == Labels{"0", "0.2", "0.4", "0.6", "0.8", "1"});
  CHECK(Axis(Axis::Kind::linear, 0, 0).most() > 0);
}

TEST_CASE("a log axis has decades, or 1, 2 and 5 where those are few") {
  const Axis wide(Axis::Kind::log, 0.011, 70);
  CHECK(wide.least() == doctest::Approx(0.01));
  CHECK(wide.most() == doctest::Approx(100));
  CHECK(wide.at(1) == doctest::Approx(0.5));
  CHECK(labels(wide, 6) == Labels{"0.01", "0.1", "1", "10", "100"});
  CHECK(labels(Axis(Axis::Kind::log, 5, 100), 6) == Labels{"5", "10", "20", "50", "100"});
}

TEST_CASE("what lies outside of an axis is at its end") {
  const Axis axis(Axis::Kind::log, 1, 100);
  CHECK(axis.at(0) == 0);
  CHECK(axis.at(1e9) == 1);
}

TEST_CASE("an axis over the sizes alone leaves a little room on both sides, also around one size") {
  const Axis axis = Axis::exactly(64, 4096);
  CHECK(axis.at(64) > 0.02);
  CHECK(axis.at(64) < 0.1);
  CHECK(axis.at(4096) == doctest::Approx(1 - axis.at(64)));
  CHECK(Axis::exactly(7, 7).at(7) == doctest::Approx(0.5));
}

TEST_CASE("sizes are short where they are round") {
  CHECK(short_size(64) == "64");
  CHECK(short_size(4096) == "4096");
  CHECK(short_size(65536) == "64Ki");
  CHECK(short_size(67108864) == "64Mi");
  CHECK(short_size(1e6) == "1M");
  CHECK(short_size(30000) == "30k");
  CHECK(short_size(100003) == "100003");
}
