#include "grader/bench.h"

#include <doctest/doctest.h>

#include <atomic>
#include <cmath>

#include "grader/curriculum/example_exercise_test.h"

using namespace tritutor;

namespace {

SubmitOptions options_for(const DeviceProfile& profile) {
  SubmitOptions options;
  options.include_dir = test::include_dir();
  options.profile = &profile;
  return options;
}

DeviceProfile h200() { return load_profile(TRITUTOR_SOURCE_DIR "/grader/profiles/h200.json"); }

const Curriculum& curriculum() {
  static const Curriculum all = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return all;
}

}  // namespace

TEST_CASE("sizes go up to where the exercise is timed, in seven steps of four times the elements") {
  const std::vector<reference::Values> vector = bench_sizes(*curriculum().find("1.1"));
  REQUIRE(vector.size() == 7);
  CHECK(vector.front() == reference::Values{{"n", 1 << 14}});
  CHECK(vector.back() == reference::Values{{"n", 1 << 26}});
  const std::vector<reference::Values> matrix = bench_sizes(*curriculum().find("3.1"));
  REQUIRE(matrix.size() == 7);
  CHECK(matrix.front() == reference::Values{{"m", 256}, {"n", 64}});
}

TEST_CASE("of several sizes, those of 64 or less stay and none goes below 64") {
  const std::vector<reference::Values> batched = bench_sizes(*curriculum().find("4.3"));
  REQUIRE(batched.size() == 5);
  CHECK(batched.front() == reference::Values{{"batch", 64}, {"m", 64}, {"n", 64}, {"k", 64}});
  const std::vector<reference::Values> attention = bench_sizes(*curriculum().find("5.2"));
  CHECK(attention.front() == reference::Values{{"nq", 1024}, {"nk", 64}, {"d", 64}});
}

TEST_CASE("every exercise has sizes, each as the exercise names them and the last as it is timed") {
  for (const Exercise& exercise : curriculum().exercises) {
    CAPTURE(exercise.id);
    const std::vector<reference::Values> sizes = bench_sizes(exercise);
    REQUIRE(sizes.size() >= 5);
    for (const auto& [name, value] : sizes.back())
      CHECK(value == exercise.timed_case(exercise.timed[0]).values.at(name));
    for (const reference::Values& each : sizes) {
      for (const auto& [name, value] : each) CHECK((value >= 64 || value == sizes.back().at(name)));
    }
  }
}

TEST_CASE("without a GPU the times are predictions for the profile, each with the model's range") {
  const DeviceProfile profile = h200();
  const Bench result = bench(test::vector_scaling(), {{"yours", "vector_scaling.cu", test::scaling_solution()}},
                             {{{"n", 1000}}, {{"n", 1 << 24}}}, options_for(profile));
  REQUIRE_FALSE(result.refusal);
  CHECK_FALSE(result.measured);
  CHECK(result.device == "H200");
  CHECK(result.limit == "a copy");
  REQUIRE(result.series.size() == 1);
  REQUIRE(result.series[0].points.size() == 2);
  for (const BenchPoint& point : result.series[0].points) {
    REQUIRE(point.time);
    CHECK(point.problem.empty());
    CHECK(point.time->least < point.time->us);
    CHECK(point.time->us < point.time->most);
    CHECK(point.fraction.least < point.limit.us / point.time->us);
  }
  const BenchPoint& large = result.series[0].points[1];
  CHECK(large.time->us > result.series[0].points[0].time->us);
  CHECK(large.float_instructions == doctest::Approx(1 << 24).epsilon(0.01));
  CHECK(result.work[1].bytes == 8.0 * (1 << 24));
  CHECK(result.rates.bytes_per_us == doctest::Approx(4.8e6));
}

TEST_CASE("a kernel that is wrong at a size has no time there, with the finding; the rest goes on") {
  const DeviceProfile profile = h200();
  const Bench result = bench(test::vector_scaling(),
                             {{"yours", "vector_scaling.cu", test::scaling_with("if (i < n) ", "")},
                              {"ours", "ours.cu", test::scaling_solution()}},
                             {{{"n", 1000}}, {{"n", 1024}}}, options_for(profile));
  REQUIRE(result.series.size() == 2);
  const std::vector<BenchPoint>& yours = result.series[0].points;
  REQUIRE(yours.size() == 2);
  CHECK_FALSE(yours[0].time);
  CHECK(yours[0].limit.us > 2.5);  // the copy's, all the same
  CHECK(yours[0].problem == "at n = 1000");
  REQUIRE_FALSE(yours[0].findings.empty());
  CHECK(yours[0].findings[0].kind == vgpu::Finding::Kind::out_of_bounds);
  CHECK(yours[0].findings[0].file == "vector_scaling.cu");
  CHECK(yours[1].time);
  CHECK(result.series[1].points[0].time);
}

TEST_CASE("a grid that leaves a part of the output alone is wrong") {
  const DeviceProfile profile = h200();
  const std::string source = test::scaling_with("cdiv(p.n, BLOCK)", "cdiv(p.n, BLOCK) - (p.n > 100000)");
  const Bench result = bench(test::vector_scaling(), {{"yours", "y.cu", source}}, {{{"n", 1000}}, {{"n", 1 << 20}}},
                             options_for(profile));
  REQUIRE(result.series[0].points.size() == 2);
  CHECK(result.series[0].points[0].time);
  CHECK_FALSE(result.series[0].points[1].time);
  CHECK_FALSE(result.series[0].points[1].problem.empty());
}

TEST_CASE("a first kernel that does not compile ends it; another one is only left out") {
  const DeviceProfile profile = h200();
  const BenchKernel broken{"yours", "y.cu", test::scaling_with("alpha * x[i]", "alpha * z[i]")};
  const BenchKernel whole{"ours", "ours.cu", test::scaling_solution()};
  Bench result = bench(test::vector_scaling(), {broken, whole}, {{{"n", 1000}}}, options_for(profile));
  REQUIRE(result.refusal);
  CHECK(result.refusal->kind == "compile");
  result = bench(test::vector_scaling(), {whole, broken}, {{{"n", 1000}}}, options_for(profile));
  CHECK_FALSE(result.refusal);
  CHECK(result.series[0].points.size() == 1);
  CHECK(result.series[1].refusal);
  CHECK(result.series[1].points.empty());
}

TEST_CASE("a device that is not there, and Ctrl-C, are refusals") {
  const DeviceProfile profile = h200();
  SubmitOptions options = options_for(profile);
  options.device = "cuda:x";
  const std::vector<BenchKernel> kernels = {{"yours", "y.cu", test::scaling_solution()}};
  Bench result = bench(test::vector_scaling(), kernels, {{{"n", 1000}}}, options);
  REQUIRE(result.refusal);
  CHECK(result.refusal->kind == "environment");
  options.device = "virtual";
  const std::atomic<bool> stop{true};
  options.stop = &stop;
  result = bench(test::vector_scaling(), kernels, {{{"n", 1000}}}, options);
  REQUIRE(result.refusal);
  CHECK(result.refusal->kind == "stopped");
}
