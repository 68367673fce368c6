// tritutor bench as a shell sees it, on the virtual GPU.

#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/program_testing.h"
#include "app/terminal.h"

using namespace program_testing;

namespace {

const std::string solutions = TRITUTOR_SOURCE_DIR "/solutions/";

Result bench(const Folder& folder, std::vector<std::string> arguments,
             const std::vector<std::pair<std::string, std::string>>& environment = {}) {
  arguments.insert(arguments.begin(), "bench");
  arguments.insert(arguments.end(), {"--device", "virtual"});
  return run(folder.path, arguments, [&] {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG", "COLUMNS"}) unsetenv(name);
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  });
}

void check_width(const std::string& text, size_t width) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    CAPTURE(line);
    CHECK(tritutor::columns_of(line) <= width);
    CHECK_FALSE(line.ends_with(" "));
  }
}

}  // namespace

TEST_CASE("a table, a plot and its legend, all of it called predicted") {
  Folder folder;
  const Result result = bench(folder, {solutions + "level4/tiled_matmul.cu"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "4.1 Tiled matrix product\nPredicted for H200; no GPU has run this\nSizes: m = n = k\n"));
  CHECK(contains(result.out, "yours            ours      ours, fast  "));
  CHECK(contains(result.out, "\n4096 "));
  CHECK(contains(result.out, "\nTFLOP/s\n"));
  CHECK(contains(result.out, "  o yours  x ours  + ours, fast  # cuBLAS\n"));
  CHECK(contains(result.out, "to have it judged:"));
  CHECK_FALSE(contains(result.out, "easured"));
  check_width(result.out, 80);
}

TEST_CASE("a narrow terminal has a table for each kernel; one that knows UTF-8 has Braille") {
  Folder folder;
  Result result =
      bench(folder, {solutions + "level4/tiled_matmul.cu", "--sizes", "m=n=k=64,m=n=k=256"}, {{"COLUMNS", "40"}});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "\nyours, against cuBLAS\n"));
  CHECK(contains(result.out, "\nours, fast, against cuBLAS\n"));
  check_width(result.out, 40);
  result = bench(folder, {solutions + "level1/relu.cu", "--alone"}, {{"LANG", "C.UTF-8"}, {"TERM", "xterm"}});
  CHECK(contains(result.out, "● yours"));
  CHECK_FALSE(contains(result.out, "ours\n"));
  result = bench(folder, {solutions + "level1/relu.cu", "--alone"}, {{"LANG", "C.UTF-8"}, {"TERM", "dumb"}});
  CHECK(contains(result.out, "o yours"));
}

TEST_CASE("sizes of one's own, in any order, with what is not named as the exercise is timed") {
  Folder folder;
  const Result result =
      bench(folder, {solutions + "level3/matrix_transpose.cu", "--sizes", "m=1e3,n=100,m=64,n=4Ki,m=32", "--json"});
  REQUIRE(result.status == 0);
  const nlohmann::json answer = nlohmann::json::parse(result.out);
  CHECK(answer["kind"] == "predicted");
  CHECK(answer["device"] == "H200");
  CHECK(answer["exercise"] == "3.1");
  REQUIRE(answer["sizes"].size() == 3);
  CHECK(answer["sizes"][0]["sizes"] == nlohmann::json{{"m", 32}, {"n", 4096}});
  CHECK(answer["sizes"][1]["sizes"] == nlohmann::json{{"m", 64}, {"n", 4096}});
  CHECK(answer["sizes"][2]["sizes"] == nlohmann::json{{"m", 1000}, {"n", 100}});
  CHECK(answer["sizes"][2]["limit_bytes"] == 800000);
  REQUIRE(answer["kernels"].size() == 2);
  CHECK(answer["kernels"][0]["name"] == "yours");
  for (const nlohmann::json& point : answer["kernels"][0]["points"]) {
    CHECK(point["right"] == true);
    CHECK(point["time"]["least_us"] < point["time"]["us"]);
    CHECK(point["time"]["us"] < point["time"]["most_us"]);
  }
}

TEST_CASE("wrong at one size: the table says so, the line is named, and the status is 1") {
  Folder folder;
  std::string source = read(solutions + "level1/relu.cu");
  const std::string mask = "if (i < n) ";
  REQUIRE(contains(source, mask));
  source.replace(source.find(mask), mask.size(), "");
  folder.write("relu.cu", source);
  const Result result = bench(folder, {"relu.cu", "--sizes", "n=1000,n=1024"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "1000     wrong "));
  CHECK(contains(result.out, "yours is wrong at 1 of 2 sizes, first at n = 1000: relu.cu:"));
  CHECK(contains(result.out, "to have it judged: tritutor submit relu.cu\n"));
}

TEST_CASE("the picture goes to a file, which is left alone where nothing was timed") {
  Folder folder;
  Result result = bench(folder, {solutions + "level1/relu.cu", "--sizes", "n=1e4,n=1e6", "--svg", "relu.svg"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "relu.svg"));
  const std::string picture = read(folder.path / "relu.svg");
  CHECK(picture.starts_with("<svg xmlns="));
  CHECK(picture.ends_with("</svg>\n"));
  folder.write("relu.cu", "#include <tritutor.cuh>\nnonsense\n");
  result = bench(folder, {"relu.cu", "--svg", "other.svg"});
  CHECK(result.status == 1);
  CHECK(contains(result.out, "relu.cu:2"));
  CHECK(contains(result.out, "tritutor bench relu.cu"));
  CHECK_FALSE(fs::exists(folder.path / "other.svg"));
}

TEST_CASE("an id means the workspace's file") {
  Folder folder;
  Result result = bench(folder, {"1.1"});
  CHECK(result.status == 2);
  CHECK(contains(result.err, "tritutor init"));
  REQUIRE(run(folder.path, {"init", "."}).status == 0);
  REQUIRE(run(folder.path, {"reset", "0.1"}).status == 0);
  result = bench(folder, {"0.1", "--sizes", "n=4096"});
  CHECK(result.status == 0);
  CHECK(contains(result.out, "tritutor submit 0.1\n"));
}

TEST_CASE("bad usage is status 2 with the next step, and a picture that cannot be written status 3") {
  Folder folder;
  const std::string relu = solutions + "level1/relu.cu";
  const auto refused = [&](const std::vector<std::string>& arguments, int status, const std::string& part) {
    const Result result = bench(folder, arguments);
    CAPTURE(result.err);
    CHECK(result.status == status);
    CHECK(contains(result.err, part));
    CHECK(result.out.empty());
  };
  refused({"9.9"}, 2, "tritutor list");
  refused({relu, "--sizes", "m=3"}, 2, "has no size m; it has n");
  refused({relu, "--sizes", "4096"}, 2, "--sizes n=1024,n=4096");
  refused({relu, "--sizes", "n=3.5"}, 2, "3.5 is no size");
  refused({relu, "--sizes", "n=0"}, 2, "0 is no size");
  refused({relu, "--sizes", "n=1e10"}, 2, "1e10 is no size");
  refused({relu, "--sizes", "n=4Gi"}, 2, "4Gi is no size");
  refused({relu, "--sizes", "n="}, 2, " is no size");
  refused({solutions + "level3/matrix_transpose.cu", "--sizes", "m=n=1e5"}, 2, "more than an int counts");
  refused({relu, "--profile", "H9000"}, 2, "H200");
  refused({relu, "--svg", "nowhere/relu.svg"}, 3, "nowhere/relu.svg");
  refused({relu, "--svg", "."}, 3, "name another place");
}

TEST_CASE("help has the rule for the sizes and examples") {
  Folder folder;
  const Result help = run(folder.path, {"bench", "--help"});
  CHECK(help.status == 0);
  CHECK(contains(help.out, "Examples:"));
  CHECK(contains(help.out, "none goes below 64"));
  CHECK(contains(help.out, "Device profiles: "));
}

TEST_CASE("Ctrl-C ends a bench and writes nothing") {
  Folder folder;
  Program program(folder.path,
                  {"bench", solutions + "level4/batched_matmul.cu", "--device", "virtual", "--svg", "b.svg"});
  program.interrupt();
  const Result result = program.wait();
  CHECK(result.status == 130);
  CHECK(contains(result.err, "stopped"));
  CHECK_FALSE(fs::exists(folder.path / "b.svg"));
}
