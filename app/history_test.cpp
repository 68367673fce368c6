// What an attempt came to, from what was recorded of it: by this version of the program or another.

#include "app/history.h"

#include <doctest/doctest.h>

namespace tritutor {
namespace {

std::string words(const std::string& verdict, const std::string& device, const std::string& details) {
  Attempt attempt;
  attempt.verdict = verdict;
  attempt.device = device;
  attempt.details = details;
  return in_words(summary_of(attempt), attempt);
}

const char* const virtual_gpu = "virtual: tritutor virtual GPU";
const char* const h100 = "cuda: NVIDIA H100";

TEST_CASE("a time is said with where it was taken") {
  CHECK(words("pass", virtual_gpu, R"({"timing": {"kind": "predicted", "time_us": 228.1, "profile": "H200"}})") ==
        "228 us predicted for H200");
  CHECK(words("pass", h100, R"({"timing": {"kind": "measured", "time_us": 31900}})") == "31.9 ms on NVIDIA H100");
  CHECK(words("pass", virtual_gpu, R"({"timing": {"kind": "none"}})") == "on the virtual GPU");
}

TEST_CASE("the first case that failed is named, and by what: a finding before the wrong values it brings about") {
  CHECK(words("fail", virtual_gpu,
              R"({"cases": [{"name": "one", "passed": true, "ran": true},
                            {"name": "tail", "passed": false, "ran": true, "mismatch": {"pattern": "tail"}}],
                  "findings": []})") == "case tail: tail");
  CHECK(words("fail", h100,
              R"({"cases": [{"name": "a", "passed": false, "ran": true, "mismatch": {"pattern": "tail"}}],
                  "findings": [{"case": "b", "kind": "race"}, {"case": "a", "kind": "out-of-bounds"}]})") ==
        "case a: out-of-bounds, on NVIDIA H100");
  CHECK(words("fail", virtual_gpu,
              R"({"cases": [{"name": "a", "passed": false, "ran": true, "problem": "input x was changed"}]})") ==
        "case a: input x was changed");
  CHECK(words("fail", virtual_gpu, R"({"refusal": {"kind": "compile"}})") == "compile");
}

TEST_CASE("what is right and too slow says so with its time") {
  CHECK(words("fail", virtual_gpu,
              R"({"right": true, "cases": [{"name": "a", "passed": true, "ran": true}],
                  "timing": {"kind": "predicted", "at_least": true, "time_us": 5e6, "profile": "T4"}})") ==
        "not fast enough, at least 5 s predicted for T4");
}

TEST_CASE("details that are missing, cut or of another form tell less and break nothing") {
  CHECK(words("fail", virtual_gpu, "").empty());
  CHECK(words("fail", virtual_gpu, "{\"cases\": ").empty());
  CHECK(
      words("fail", virtual_gpu, R"({"cases": ["... 3 more"], "findings": 7, "timing": "?", "refusal": []})").empty());
  CHECK(words("pass", virtual_gpu, "[]") == "on the virtual GPU");
}

}  // namespace
}  // namespace tritutor
