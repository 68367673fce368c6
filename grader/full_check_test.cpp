#include "grader/full_check.h"

#include <doctest/doctest.h>

#include "grader/case_data.h"
#include "reference/functions.h"

using namespace tritutor;

namespace {

/// An exercise at some size, with right outputs.
struct Example {
  const Exercise& exercise;
  Case large;
  reference::Arrays inputs;
  std::vector<reference::Array> outputs;

  Example(const Exercise& of, const reference::Values& sizes) : exercise(of), large(of.timed_case(of.timed[0])) {
    for (const auto& [name, value] : sizes) large.values[name] = value;
    inputs = make_inputs(exercise, large, 7);
    const std::vector<reference::Expected> right = reference::find(exercise.slug)(inputs, large.values);
    size_t o = 0;
    for (const Argument& argument : exercise.arguments) {
      if (argument.role != Role::output) continue;
      outputs.emplace_back(argument.type, shape_of(argument, large.values));
      for (int64_t i = 0; i < outputs.back().count(); ++i) {
        outputs.back().set(i, right[o].value[static_cast<size_t>(i)]);
      }
      ++o;
    }
  }
  std::optional<Mismatch> check(double work) const {
    return check_in_full(exercise, large, inputs, outputs, {work, 2, 11});
  }
};

const Curriculum& curriculum() {
  static const Curriculum all = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return all;
}

}  // namespace

TEST_CASE("every exercise's right outputs pass, looked at in full and in part") {
  for (const Exercise& exercise : curriculum().exercises) {
    if (exercise.timed.empty()) continue;
    CAPTURE(exercise.id);
    reference::Values sizes;
    for (const Argument& argument : exercise.arguments) {
      if (argument.role == Role::size) sizes[argument.name] = argument.name == "n" && exercise.level < 3 ? 5000 : 48;
    }
    const Example example(exercise, sizes);
    CHECK_FALSE(example.check(1e9).has_value());
    CHECK_FALSE(example.check(1).has_value());
  }
}

TEST_CASE("a single wrong element of many is found where all are looked at") {
  Example example(*curriculum().find("1.1"), {{"n", 100'003}});
  example.outputs[0].set(77'777, 12345);
  const auto wrong = example.check(1e9);
  REQUIRE(wrong.has_value());
  CHECK(wrong->index == std::vector<int64_t>{77'777});
  CHECK(wrong->count == 1);
  CHECK(wrong->total == 100'003);
}

TEST_CASE("a wrong tile is found where a part is looked at") {
  Example example(*curriculum().find("4.1"), {{"m", 256}, {"n", 320}, {"k", 64}});
  CHECK_FALSE(example.check(2e6).has_value());  // of 5.2 million products
  for (int64_t i = 128; i < 160; ++i) {
    for (int64_t j = 64; j < 96; ++j) example.outputs[0].set(i * 320 + j, 1e6);
  }
  const auto wrong = example.check(2e6);
  REQUIRE(wrong.has_value());
  CHECK(wrong->index[0] / 32 == 4);
  CHECK(wrong->index[1] / 32 == 2);
  CHECK(wrong->total < 256 * 320);
}

TEST_CASE("an element that was never written is found wherever it lies") {
  Example example(*curriculum().find("4.1"), {{"m", 256}, {"n", 320}, {"k", 64}});
  const int64_t at = 200 * 320 + 7;
  std::fill_n(example.outputs[0].bytes.begin() + 4 * at, 4, std::byte{0xFF});
  const auto wrong = example.check(1);
  REQUIRE(wrong.has_value());
  CHECK(wrong->pattern == "never-written");
  CHECK(wrong->index == std::vector<int64_t>{200, 7});
  CHECK(wrong->count == 1);
}

TEST_CASE("indices that went through float are named") {
  Example example(*curriculum().find("1.1"), {{"n", (1 << 24) + 100}});
  for (int64_t i = (1 << 24) + 1; i < (1 << 24) + 100; i += 2) example.outputs[0].set(i, 1e6);
  const auto wrong = example.check(1e9);
  REQUIRE(wrong.has_value());
  CHECK(wrong->count == 50);
  CHECK(wrong->index == std::vector<int64_t>{(1 << 24) + 1});
}
