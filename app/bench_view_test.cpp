#include "app/bench_view.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "app/bench_example_test.h"

using namespace tritutor;
using namespace tritutor::test;

namespace {

std::string view(const Bench& bench, int width = 80) {
  return view_bench(product(), bench, {Style(), width, false, "tritutor submit 4.1"});
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a row for each size: times, parts of the limit's speed, and the limit") {
  const std::string text = view(example());
  CHECK(contains(text,
                 "   m           yours            ours                 cuBLAS\n"
                 " 256      4 us  50 %      4 us  50 %      2 us 16.8 TFLOP/s\n"
                 "1024     80 us  50 %     wrong           40 us 53.7 TFLOP/s\n"
                 "4096    4.7 ms  50 %   >4.7 ms         2.35 ms 58.5 TFLOP/s\n"
                 "%: of the speed of cuBLAS\n"));
  CHECK(contains(text, "ours is wrong at 1 of 3 sizes, first at m = 1024, n = 1024, k = 1024: wrong\n"));
  CHECK(contains(text, "\">\": at least so long"));
  CHECK(contains(text, "Only times; to have it judged: tritutor submit 4.1\n"));
}

TEST_CASE("what was measured is never called predicted, nor the other way round") {
  const std::string measured = view(example(true));
  CHECK(contains(measured, "\nMeasured on NVIDIA H100 80GB HBM3\n"));
  CHECK_FALSE(contains(measured, "redicted"));
  const std::string predicted = view(example());
  CHECK(contains(predicted, "\nPredicted for H200; no GPU has run this\n"));
  CHECK(contains(predicted, "1.25 times faster"));
  CHECK_FALSE(contains(predicted, "easured"));
  CHECK(to_json(product(), example(true))["kind"] == "measured");
  CHECK(to_json(product(), example())["kind"] == "predicted");
}

TEST_CASE("on a narrow terminal each kernel has a table of its own") {
  const std::string text = view(example(), 40);
  CHECK(contains(text,
                 "\nours, against cuBLAS\n"
                 " 256      4 us  50 % 8.39 TFLOP/s\n"
                 "1024     wrong\n"
                 "4096   >4.7 ms\n"));
}

TEST_CASE("a kernel that was not built is said so, with the others shown") {
  Bench bench = example();
  bench.series[1].points.clear();
  bench.series[1].refusal = refusal_of("compile", "it does not compile");
  const std::string text = view(bench);
  CHECK(contains(text, "   m           yours                 cuBLAS\n"));
  CHECK(contains(text, "ours could not be built: it does not compile\n"));
}

TEST_CASE("JSON has every point, with null for what has no bound") {
  const nlohmann::json answer = to_json(product(), example());
  CHECK(answer["sizes"][0]["flops"] == 2.0 * 256 * 256 * 256);
  const nlohmann::json& ours = answer["kernels"][1]["points"];
  CHECK(ours[0]["time"]["us"] == 4);
  CHECK(ours[0]["fraction"] == 0.5);
  CHECK(ours[1]["right"] == false);
  CHECK_FALSE(ours[1].contains("time"));
  CHECK(ours[2]["time"]["most_us"].is_null());
}
