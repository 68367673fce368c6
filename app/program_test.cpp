// The built program as a shell sees it: exit statuses, and which stream says what.

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "app/program_testing.h"
#include "grader/record/record.h"

using namespace program_testing;

namespace {

const std::string source_dir = TRITUTOR_SOURCE_DIR;

/// A file for 1.1 that takes seconds, below the budget that ends an endless loop at once.
const char* const slow =
    "#include <tritutor.cuh>\n"
    "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {\n"
    "  volatile int i = 0;\n"
    "  for (int k = 0; k < 400000; ++k) i = i + 1;\n"
    "  y[0] = x[0];\n"
    "}\n"
    "void launch(Plan& plan, const Problem& p) { plan.run(\"vector_scaling\", cdiv(p.n, 256), 256); }\n";

}  // namespace

TEST_CASE("help and version are no failures") {
  Folder folder;
  CHECK(run(folder.path, {"--version"}).status == 0);
  const Result help = run(folder.path, {"submit", "--help"});
  CHECK(help.status == 0);
  CHECK(contains(help.out, "Examples:"));
}

TEST_CASE("bad usage is status 2, said on standard error with the next step") {
  Folder folder;
  Result result = run(folder.path, {"sumbit"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "Did you mean 'submit'?"));
  CHECK(result.out.empty());
  CHECK(run(folder.path, {"list", "--nonsense"}).status == 2);
  CHECK(run(folder.path, {"--color", "purple", "list"}).status == 2);
  CHECK(run(folder.path, {"show"}).status == 2);
  result = run(folder.path, {"show", "sofmax"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "2.3 softmax"));
}

TEST_CASE("a file that is not there, or whose name tells nothing, is status 2") {
  Folder folder;
  Result result = run(folder.path, {"submit", "nowhere/softmax.cu"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "nowhere/softmax.cu"));
  folder.write("kernel.cu", "");
  result = run(folder.path, {"submit", "kernel.cu"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "--exercise"));
}

TEST_CASE("without a workspace, commands that need one say how to make it") {
  Folder folder;
  for (const char* command : {"progress", "submit"}) {
    const Result result = run(folder.path, {command});
    CHECK(result.status == 2);
    CHECK(contains(result.err, "tritutor init"));
  }
}

TEST_CASE("a broken curriculum is named by its file and field") {
  Folder folder;
  folder.write("mine.json", "{\"format\": 1, \"levels\": []}");
  Result result = run(folder.path, {"--curriculum", "mine.json", "list"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "mine.json"));
  CHECK(contains(result.err, "levels"));
  result = run(folder.path, {"--curriculum", "absent.json", "list"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "absent.json"));
}

TEST_CASE("a workspace that cannot be written is status 3") {
  Folder folder;
  folder.write("file", "");
  const Result result = run(folder.path, {"init", "file"});
  CHECK(result.status == 3);
  CHECK(contains(result.err, "file"));
}

TEST_CASE("bare tritutor in an empty folder makes a workspace there and shows the worked example") {
  Folder folder;
  const Result result = run(folder.path, {});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "0.1 "));
  CHECK(contains(result.out, "tritutor submit 0.1"));
  CHECK(contains(result.err, ".tritutor"));
  CHECK(fs::exists(folder.path / "level0/vector_addition.cu"));
  CHECK(fs::exists(folder.path / ".clangd"));
}

TEST_CASE("the starter fails, the solution passes, progress counts both, and next moves on") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  REQUIRE(run(folder.path, {"reset", "1.1"}).status == 0);
  Result result = run(folder.path, {"submit", "1.1"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "FAIL  1.1"));
  CHECK(contains(result.out, "tritutor submit 1.1"));

  CHECK(run(folder.path, {"solution", "1.1"}).status == 1);  // not passed yet
  result = run(folder.path, {"solution", "1.1", "--anyway"});
  REQUIRE(result.status == 0);
  folder.write("level1/vector_scaling.cu", result.out);
  result = run(folder.path, {"submit", "level1/vector_scaling.cu", "--json"});
  CHECK(result.status == 0);
  CHECK(nlohmann::json::parse(result.out).at("verdict") == "pass");
  CHECK(run(folder.path, {"solution", "1.1"}).status == 0);

  const nlohmann::json progress = nlohmann::json::parse(run(folder.path, {"progress", "--json"}).out);
  CHECK(progress.at("passed") == 1);
  for (const nlohmann::json& one : progress.at("exercises")) {
    if (one.at("id") == "1.1") {
      CHECK(one.at("attempts") == 2);
      CHECK(one.at("medal") == "silver");
      CHECK(one.at("medal_predicted") == true);
    }
  }
  for (const char* command : {"list", "progress"}) {
    const std::string table = run(folder.path, {command}).out;
    CHECK(contains(table, "* predicted, not measured on a GPU\n"));
    CHECK(contains(table, "passed"));
    CHECK(contains(table, "silver*"));
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(line.size() <= 80, line);
  }
}

TEST_CASE("a file outside any workspace is judged, and said not to be recorded") {
  Folder folder;
  fs::copy(source_dir + "/solutions/level1/relu.cu", folder.path / "1.3_relu-v2.cu");
  const Result result = run(folder.path, {"submit", "1.3_relu-v2.cu"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "PASS  1.3"));
  CHECK(contains(result.out, "Nothing was recorded"));
}

TEST_CASE("a record that cannot be written: the verdict is shown all the same, then the error") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  REQUIRE(run(folder.path, {"reset", "1.1"}).status == 0);
  fs::create_directories(folder.path / ".tritutor/progress.db/in-the-way");
  const Result result = run(folder.path, {"submit", "level1/vector_scaling.cu"});
  CHECK(result.status == 3);
  CHECK(contains(result.out, "FAIL  1.1"));
  CHECK(contains(result.err, "not recorded"));
}

TEST_CASE("hints come one by one and are remembered") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  CHECK(contains(run(folder.path, {"hint", "1.1"}).out, "hint 1 of"));
  const std::string second = run(folder.path, {"hint", "1.1"}).out;
  CHECK(contains(second, "hint 2 of"));
  CHECK_FALSE(contains(second, "hint 3 of"));
}

TEST_CASE("Ctrl-C stops a submission and records nothing") {
  Folder folder;
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  folder.write("level1/vector_scaling.cu", slow);
  Program program(folder.path, {"submit", "1.1"});
  program.interrupt();
  const Result result = program.wait();
  CHECK(result.status == 130);
  CHECK(contains(result.err, "recorded"));
  CHECK(result.out.empty());
  CHECK(tritutor::Record(folder.path / ".tritutor/progress.db").attempts("1.1").empty());
}

TEST_CASE("an author reads what a learner would, of every mutant and case of an exercise") {
  Folder folder;
  const Result result = run(folder.path, {"dev", "messages", "0.1", "--out", "all.md"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "messages in all.md"));
  const std::string text = read(folder.path / "all.md");
  CHECK(contains(text, "## 0.1 Vector addition\n"));
  CHECK(contains(text, "### tests/mutants/vector_addition/no_mask.patch: the mask is missing"));
  CHECK(contains(text, "```text\nFAIL  0.1 Vector addition"));
  CHECK(contains(text, "no_mask.cu:"));  // the solution with the patch applied, as a learner's file
  CHECK(contains(text, "out-of-bounds"));
  CHECK_FALSE(contains(text, "## Planted"));
  CHECK(run(folder.path, {"dev", "messages", "0.1", "--out", "missing/all.md"}).status == 2);
}

TEST_CASE("a fast solution is proved like the plain one") {
  Folder folder;
  fs::copy(source_dir + "/curriculum.json", folder.path / "curriculum.json");
  const std::string plain = read(fs::path(source_dir) / "solutions/level0/vector_addition.cu");
  const std::vector<std::string> check{"--curriculum", "curriculum.json", "dev", "check", "0.1", "--dialect", "cuda"};
  folder.write("solutions/level0/vector_addition.cu", plain);
  folder.write("solutions/level0/vector_addition_fast.cu", plain);
  CHECK(run(folder.path, check).status == 0);

  folder.write("solutions/level0/vector_addition_fast.cu",
               read(fs::path(source_dir) / "tests/mutants/vector_addition/no_mask.cu"));
  const Result result = run(folder.path, check);
  CHECK(result.status == 1);
  CHECK(contains(result.out, "vector_addition_fast.cu: the solution must pass"));
}
