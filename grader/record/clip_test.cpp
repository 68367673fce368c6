// Whatever a kernel prints or a compiler says, what is recorded of it has a limit.

#include "grader/record/clip.h"

#include <doctest/doctest.h>

namespace tritutor {
namespace {

using nlohmann::json;

TEST_CASE("A text is cut between characters, and what is left out is counted") {
  CHECK(clipped(std::string("short"), 5) == "short");
  CHECK(clipped(std::string("longer"), 4) == "long ... (2 more bytes)");
  CHECK(clipped(std::string("abc\u00e9f"), 4) == "abc ... (3 more bytes)");
}

TEST_CASE("Texts and lists are cut wherever they stand; the rest stays as it is") {
  const json value = {{"seconds", 1.5},
                      {"ok", true},
                      {"list", json(std::vector<int>(1000, 7))},
                      {"in", {{"printed", std::string(1 << 20, 'x')}}}};
  const json result = clipped(value);
  CHECK(result["seconds"] == 1.5);
  CHECK(result["ok"] == true);
  CHECK(result["list"].size() == max_recorded_entries + 1);
  CHECK(result["list"].back() == "... 500 more");
  CHECK(result["in"]["printed"].get<std::string>().size() < max_recorded_text + 100);
}

}  // namespace
}  // namespace tritutor
