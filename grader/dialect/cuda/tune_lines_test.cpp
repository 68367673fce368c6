#include "grader/dialect/cuda/tune_lines.h"

#include <doctest/doctest.h>

using namespace tritutor;

namespace {

std::vector<Configuration> found(const std::string& source) {
  const Configurations result = tune_configurations("k.cu", source);
  if (const auto* refusal = std::get_if<Refusal>(&result)) FAIL(refusal->message);
  return std::get<std::vector<Configuration>>(result);
}

void refused(const std::string& source, int line, const std::string& words) {
  const Configurations result = tune_configurations("k.cu", source);
  REQUIRE(std::holds_alternative<Refusal>(result));
  const auto& refusal = std::get<Refusal>(result);
  CAPTURE(refusal.message);
  CHECK(refusal.kind == "tune");
  CHECK(refusal.message.find(words) != std::string::npos);
  CHECK((refusal.diagnostics.empty() ? 0 : refusal.diagnostics[0].line) == line);
}

const std::string constants = "constexpr int BLOCK = 256, EACH = 2 * (1 + 1);\n#define TILE 16  // wide\n";

}  // namespace

TEST_CASE("every combination of all names, the first name's values changing last") {
  const auto all = found("// tune: BLOCK=128,256 EACH=2, 4\n  //tune: TILE = 8,16\n" + constants);
  REQUIRE(all.size() == 8);
  CHECK(all[0].name == "BLOCK=128, EACH=2, TILE=8");
  CHECK(all[1].name == "BLOCK=128, EACH=2, TILE=16");
  CHECK(all[7].name == "BLOCK=256, EACH=4, TILE=16");
  CHECK(all[7].chosen.at("EACH") == "4");
}

TEST_CASE("values take the place of the constants', and nothing else") {
  const std::string source = "// BLOCK = 7\n" + constants + "int f(int BLOCK_2) { return BLOCK == 1 ? TILE : EACH; }\n";
  CHECK(with_values(source, {{"BLOCK", "64"}, {"EACH", "8"}, {"TILE", "32"}}) ==
        "// BLOCK = 7\nconstexpr int BLOCK = 64, EACH = 8;\n#define TILE 32  // wide\n"
        "int f(int BLOCK_2) { return BLOCK == 1 ? TILE : EACH; }\n");
  CHECK(with_values("static constexpr unsigned N = max(1, 2);\n", {{"N", "3"}}) ==
        "static constexpr unsigned N = 3;\n");
  CHECK(with_values("const int N{2};\nint M = 1;\n", {{"M", "3"}}) == "const int N{2};\nint M = 1;\n");
}

TEST_CASE("a line that cannot be followed is refused with its place and the next step") {
  refused(constants, 0, "// tune: BLOCK=128,256,512");
  refused("// tune: BLOCK=128\n" + constants, 0, "nothing to tune");
  refused("\n// tune: WIDTH=1,2\n" + constants, 2, "no constant WIDTH");
  refused("// tune: BLOCK\n" + constants, 1, "BLOCK is no name with values");
  refused("// tune:\n" + constants, 1, "no name stands here");
  refused("// tune: BLOCK=\n" + constants, 1, "BLOCK has no values");
  refused("// tune: BLOCK=1,,2\n" + constants, 1, "'' is no value for BLOCK");
  refused("// tune: BLOCK=1;2\n" + constants, 1, "'1;2' is no value");
  refused("// tune: BLOCK=1,2\n// tune: BLOCK=4,8\n" + constants, 2, "at line 1 already");
  refused("// tune: BLOCK=1,2\n" + constants + "#define BLOCK 3\n", 1, "at line 2 and at line 4");
  refused("// tune: BLOCK=1,2,3,4,5 EACH=1,2,3,4,5 TILE=1,2,3\n" + constants, 1, "more than the 64");
}
