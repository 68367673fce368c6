#include "app/debounce.h"

#include <doctest/doctest.h>

using namespace tritutor;
using namespace std::chrono_literals;

namespace {

const Debounce::Clock::time_point start{};

}  // namespace

TEST_CASE("one change is taken once, when it has been quiet for long enough") {
  Debounce debounce(200ms);
  CHECK_FALSE(debounce.pending());
  CHECK_FALSE(debounce.take(start + 1h));
  debounce.changed(start);
  CHECK(debounce.pending());
  CHECK(debounce.due() == start + 200ms);
  CHECK_FALSE(debounce.take(start + 199ms));
  CHECK(debounce.take(start + 200ms));
  CHECK_FALSE(debounce.take(start + 201ms));
  CHECK_FALSE(debounce.pending());
}

TEST_CASE("each further change makes it wait anew, so that one save of many writes is one run") {
  Debounce debounce(200ms);
  for (auto at = 0ms; at < 1000ms; at += 100ms) {
    CHECK_FALSE(debounce.take(start + at));
    debounce.changed(start + at);
  }
  CHECK_FALSE(debounce.take(start + 1099ms));
  CHECK(debounce.take(start + 1100ms));
}

TEST_CASE("two saves far enough apart are two runs; a forgotten one is none") {
  Debounce debounce(200ms);
  debounce.changed(start);
  CHECK(debounce.take(start + 5s));
  debounce.changed(start + 6s);
  CHECK(debounce.take(start + 7s));
  debounce.changed(start + 8s);
  debounce.forget();
  CHECK_FALSE(debounce.take(start + 9s));
}
