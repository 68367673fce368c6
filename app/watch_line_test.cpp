#include "app/watch_line.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

const char* const failure =
    "level1/a.cu is taken, since this workspace is for CUDA C++\n"
    "\x1b[1;31mFAIL\x1b[0m  \x1b[1m1.1 Vector scaling\x1b[0m: 1 of 8 cases passed\n"
    "\n"
    "  \x1b[1;31mFAIL\x1b[0m  one  out-of-bounds\n"
    "  \x1b[1mlevel1/a.cu:7\x1b[0m: \x1b[1;31mout-of-bounds\x1b[0m (255 times)\n"
    "  \x1b[1mlevel1/a.cu:9\x1b[0m: race\n"
    "next  edit level1/a.cu, then: tritutor submit 1.1\n";

}  // namespace

TEST_CASE("the headline is the verdict's, whatever was said before it") {
  CHECK(without_colors(headline_of(failure)) == "FAIL  1.1 Vector scaling: 1 of 8 cases passed");
  CHECK(headline_of(failure).starts_with("\x1b[1;31mFAIL"));
  CHECK(headline_of("PASS  1.1 Vector scaling\n\n  ok") == "PASS  1.1 Vector scaling");
  CHECK(headline_of("\nRIGHT, NOT FAST ENOUGH  4.1 Tiled\n") == "RIGHT, NOT FAST ENOUGH  4.1 Tiled");
  CHECK(headline_of("\n  \ntritutor: there is no file a.cu\nmore") == "tritutor: there is no file a.cu");
  CHECK(headline_of("").empty());
}

TEST_CASE("the place is the first one in the file") {
  CHECK(place_of(failure, "level1/a.cu") == "level1/a.cu:7: out-of-bounds (255 times)");
  CHECK(place_of(failure, "level1/b.cu").empty());
  CHECK(place_of("a.cu:12:3: error: expected a ';'\n", "a.cu") == "a.cu:12:3: error: expected a ';'");
  CHECK(place_of("edit a.cu: now\na.cu: none", "a.cu").empty());
}
