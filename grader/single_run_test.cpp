#include "grader/single_run.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "grader/case_choice.h"
#include "grader/curriculum/example_exercise_test.h"
#include "grader/dialect/triton/recorder.h"

using namespace tritutor;

namespace {

const Exercise& exercise(const std::string& id) {
  static const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return *curriculum.find(id);
}

std::string solution(const Exercise& exercise, const std::string& extension) {
  std::ifstream file(TRITUTOR_SOURCE_DIR "/solutions/level" + std::to_string(exercise.level) + "/" + exercise.slug +
                     extension);
  return {std::istreambuf_iterator<char>(file), {}};
}

SingleRun run(const std::string& id, const CaseWish& wish, const std::string& source,
              const std::string& extension = ".cu") {
  SingleRunOptions options;
  options.include_dir = TRITUTOR_SOURCE_DIR "/tl";
  const Exercise& one = exercise(id);
  return run_once(one, chosen_case(one, wish), one.slug + extension, source, options);
}

CaseWish sizes(std::map<std::string, std::string> values) { return {"", std::move(values), {}, 1}; }

int64_t count(const std::vector<char>& marks) { return std::count(marks.begin(), marks.end(), 1); }

}  // namespace

TEST_CASE("One run keeps inputs, outputs and what is expected") {
  const SingleRun one = run("1.1", sizes({{"n", "5"}, {"alpha", "2"}}), solution(exercise("1.1"), ".cu"));
  REQUIRE(!one.verdict.refusal);
  CHECK(one.verdict.right);
  const reference::Array& x = one.data.inputs.at("x");
  REQUIRE(one.outputs.size() == 1);
  const reference::Array& y = one.outputs[0].got;
  REQUIRE(y.count() == 5);
  for (int64_t i = 0; i < 5; ++i) {
    CHECK(y.at(i) == 2 * x.at(i));
    CHECK(one.data.expected[0].value[static_cast<size_t>(i)] == 2 * x.at(i));
  }
  CHECK(count(one.outputs[0].wrong) == 0);
}

TEST_CASE("Wrong elements are marked, and those that were never written") {
  const SingleRun wrong = run("1.1", sizes({{"n", "5"}, {"alpha", "2"}}), test::scaling_with("alpha * x", "3.0f * x"));
  CHECK_FALSE(wrong.verdict.right);
  CHECK(count(wrong.outputs.at(0).wrong) == 5);
  CHECK(count(wrong.outputs.at(0).unwritten) == 0);
  const SingleRun short_of_one = run("1.1", sizes({{"n", "5"}}), test::scaling_with("i < n", "i < n - 1"));
  REQUIRE(short_of_one.outputs.size() == 1);
  CHECK(short_of_one.outputs[0].wrong == std::vector<char>{0, 0, 0, 0, 1});
  CHECK(short_of_one.outputs[0].unwritten == std::vector<char>{0, 0, 0, 0, 1});
}

TEST_CASE("Every output of several; findings name the learner's file and line") {
  const SingleRun two = run("2.2", sizes({{"n", "40"}}), solution(exercise("2.2"), ".cu"));
  CHECK(two.verdict.right);
  CHECK(two.outputs.size() == 2);
  const SingleRun out = run("1.1", sizes({{"n", "5"}}), test::scaling_with("i < n", "i <= n"));
  REQUIRE(out.verdict.cases.size() == 1);
  REQUIRE(!out.verdict.cases[0].findings.empty());
  CHECK(out.verdict.cases[0].findings[0].kind == vgpu::Finding::Kind::out_of_bounds);
  CHECK(out.verdict.cases[0].findings[0].file == "vector_scaling.cu");
  CHECK(out.verdict.cases[0].findings[0].line > 0);
}

TEST_CASE("A file that does not compile is refused as in a submission") {
  const SingleRun none = run("1.1", sizes({{"n", "5"}}), "nonsense\n");
  REQUIRE(none.verdict.refusal);
  CHECK(none.verdict.refusal->kind == "compile");
  CHECK(none.verdict.result == Verdict::Result::error);
  CHECK(none.outputs.empty());
}

TEST_CASE("Triton files run alike") {
  try {
    Recorder::instance();
  } catch (const RecorderError& error) {
    MESSAGE("skipped: no Triton: ", error.what());
    return;
  }
  const std::string good = solution(exercise("2.3"), ".py");
  const SingleRun one = run("2.3", sizes({{"m", "3"}, {"n", "4"}}), good, ".py");
  if (one.verdict.refusal) FAIL(one.verdict.refusal->message);
  CHECK(one.verdict.right);
  CHECK(one.outputs.at(0).got.shape == std::vector<int64_t>{3, 4});
  const SingleRun none = run("2.3", sizes({{"m", "3"}, {"n", "4"}}), "def softmax(x, y, m, n):\n    pass\n", ".py");
  CHECK_FALSE(none.verdict.right);
}
