// tritutor tune as a shell sees it, on the virtual GPU; Triton's part is tested in grader/tune_test.cpp.

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/program_testing.h"
#include "app/terminal.h"

using namespace program_testing;

namespace {

Result tune(const Folder& folder, std::vector<std::string> arguments,
            const std::vector<std::pair<std::string, std::string>>& environment = {}) {
  arguments.insert(arguments.begin(), "tune");
  arguments.insert(arguments.end(), {"--device", "virtual"});
  return run(folder.path, arguments, [&] {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG", "COLUMNS"}) unsetenv(name);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  });
}

/// 1.1 with a line of values.
std::string scaling(const std::string& values) {
  return "#include <tritutor.cuh>\n" + values +
         "\nconstexpr int BLOCK = 256;\n"
         "extern \"C\" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {\n"
         "  const int i = blockIdx.x * BLOCK + threadIdx.x;\n"
         "  if (i < n && BLOCK != 96) y[i] = alpha * x[i];\n"
         "}\n"
         "void launch(Plan& plan, const Problem& p) { plan.run(\"vector_scaling\", cdiv(p.n, BLOCK), BLOCK); }\n";
}

}  // namespace

TEST_CASE("a table from the fastest on, why it wins, and bars; all of it called predicted") {
  Folder folder;
  folder.write("vector_scaling.cu", scaling("// tune: BLOCK=32,256"));
  const Result result = tune(folder, {"vector_scaling.cu"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "1.1 Vector scaling: 2 configurations\nPredicted for H200 at n = "));
  CHECK(contains(result.out, "no GPU has run this"));
  REQUIRE(contains(result.out, "\nBLOCK=256 "));
  CHECK(result.out.find("\nBLOCK=256 ") < result.out.find("\nBLOCK=32 "));
  CHECK(contains(result.out, "The second, BLOCK=32, takes "));
  CHECK(contains(result.out, "blocks have to be started, not"));
  CHECK(contains(result.out, " ####"));
  CHECK(contains(result.out, "submit vector_scaling.cu\n"));
  CHECK_FALSE(contains(result.out, "easured"));
  std::istringstream in(result.out);
  for (std::string line; std::getline(in, line);) CHECK(tritutor::columns_of(line) <= 80);
}

TEST_CASE("what is wrong or refused stands below, with its reason, and the status is 1") {
  Folder folder;
  folder.write("vector_scaling.cu", scaling("// tune: BLOCK=256,96,4096"));
  const Result result = tune(folder, {"vector_scaling.cu"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "\nBLOCK=96         wrong\n"));
  CHECK(contains(result.out, "\nBLOCK=4096     refused\n"));
  CHECK(contains(result.out, "BLOCK=96 is wrong"));
  CHECK(contains(result.out, "BLOCK=4096 is refused: "));
}

TEST_CASE("over several sizes: the fastest at each, and lines") {
  Folder folder;
  folder.write("vector_scaling.cu", scaling("// tune: BLOCK=64,256"));
  const Result result = tune(folder, {"vector_scaling.cu", "--sizes", "n=1e6,n=1e4", "--svg", "t.svg"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "at n = 1000000; no GPU"));
  CHECK(contains(result.out, "Fastest at each size:\n- n = 10000: BLOCK="));
  CHECK(contains(result.out, "\nGB/s\n"));
  CHECK(read(folder.path / "t.svg").ends_with("</svg>\n"));
}

TEST_CASE("JSON and a picture of the bars") {
  Folder folder;
  folder.write("vector_scaling.cu", scaling("// tune: BLOCK=32,256,4096"));
  const Result result = tune(folder, {"vector_scaling.cu", "--json", "--svg", "bars.svg"});
  CHECK(result.status == 1);
  const nlohmann::json answer = nlohmann::json::parse(result.out);
  CHECK(answer["kind"] == "predicted");
  CHECK(answer["fastest"] == "BLOCK=256");
  REQUIRE(answer["configurations"].size() == 3);
  CHECK(answer["configurations"][0]["chosen"]["BLOCK"] == "256");
  CHECK(answer["configurations"][0]["points"][0]["time"]["us"] > 0);
  CHECK(contains(answer["configurations"][2]["error"], "4096"));
  CHECK(answer["why"].size() == 1);
  CHECK(contains(read(folder.path / "bars.svg"), "BLOCK=32"));
}

TEST_CASE("nothing to tune, and lines that cannot be followed, are status 2 with the place and the next step") {
  Folder folder;
  folder.write("vector_scaling.cu", scaling(""));
  Result result = tune(folder, {"vector_scaling.cu"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "nothing to tune"));
  CHECK(contains(result.err, "// tune: BLOCK=128,256,512"));
  folder.write("vector_scaling.cu", scaling("// tune: WIDTH=1,2"));
  result = tune(folder, {"vector_scaling.cu"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "vector_scaling.cu:2: the file has no constant WIDTH"));
  result = tune(folder, {"--help"});
  CHECK(contains(result.out, "// tune: BLOCK=128,256,512 EACH=2,4"));
}
