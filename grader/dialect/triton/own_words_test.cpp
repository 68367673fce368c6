#include "grader/dialect/triton/own_words.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

using namespace tritutor;

namespace {

/// The judge's sources, with the pieces of each sentence joined.
std::string judges_words() {
  std::string all;
  for (const char* folder : {"/grader", "/grader/judge", "/vgpu/machine/shadows", "/vgpu/machine/scheduling"}) {
    for (const auto& each : std::filesystem::directory_iterator(std::string(TRITUTOR_SOURCE_DIR) + folder)) {
      if (each.path().extension() != ".cpp" || each.path().string().ends_with("_test.cpp")) continue;
      std::ostringstream text;
      text << std::ifstream(each.path()).rdbuf();
      all += text.str();
    }
  }
  return std::regex_replace(all, std::regex(R"("\s*\n\s*")"), "");
}

}  // namespace

TEST_CASE("every sentence that is put into Triton's words is one that the judge says") {
  const std::string all = judges_words();
  for (const auto& [from, to] : triton_words()) {
    CAPTURE(from);
    // One is put together of pieces.
    if (from.starts_with("Just as many were") || from == "__syncthreads()") continue;
    CHECK(all.find(from) != std::string::npos);
    CHECK(to.find("threadIdx") == std::string_view::npos);
  }
}

TEST_CASE("a sentence is replaced wherever it stands") {
  CHECK(
      in_triton_words("Never written: every index >= 5. Which thread should write them: is there one in the grid, and "
                      "what keeps it from the store?") ==
      "Never written: every index >= 5. Which program should store them: is there one in the grid, and does the mask "
      "let them through?");
  CHECK(in_triton_words("the grid of scale$3 has 65536 blocks of 128 threads, and a block writes up to 1024") ==
        "the grid of scale has 65536 programs, and a program writes up to 1024");
  CHECK(in_triton_words("nothing of the kind") == "nothing of the kind");
}
