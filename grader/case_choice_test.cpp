#include "grader/case_choice.h"

#include <doctest/doctest.h>

#include "grader/case_data.h"

using namespace tritutor;

namespace {

const Exercise& exercise(const std::string& id) {
  static const Curriculum curriculum = load_curriculum(TRITUTOR_SOURCE_DIR "/curriculum.json");
  return *curriculum.find(id);
}

const Case& case_of(const Exercise& exercise, const std::string& name) {
  return exercise.cases[exercise.case_index(name)];
}

/// Why a wish cannot be met; empty: it can.
std::string refusal(const std::string& id, const CaseWish& wish) {
  try {
    chosen_case(exercise(id), wish);
    return "";
  } catch (const CaseWishError& error) {
    return error.what();
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("A case by its name is the exercise's own; no wish at all is the first") {
  const Exercise& scaling = exercise("1.1");
  const Case tail = chosen_case(scaling, {"tail", {}, {}, {}});
  CHECK(tail.values == case_of(scaling, "tail").values);
  CHECK(tail.seed == case_of(scaling, "tail").seed);
  CHECK(chosen_case(scaling, {}).name == scaling.cases[0].name);
  CHECK(chosen_case(scaling, {"tail", {}, {}, 9}).seed == 9);
}

TEST_CASE("A hidden case wants a seed, and then has the inputs of a submission with that seed") {
  const Exercise& scaling = exercise("1.1");
  CHECK(contains(refusal("1.1", {"hidden", {}, {}, {}}), "--seed 1"));
  const Case hidden = chosen_case(scaling, {"hidden", {}, {}, 42});
  CHECK(hidden.seed == case_seed(case_of(scaling, "hidden"), 42));
  CHECK(hidden.name == "hidden");
}

TEST_CASE("Sizes of one's own take the rest from the hidden case, or from the one that is named") {
  const Exercise& matmul = exercise("4.1");
  const Case own = chosen_case(matmul, {"", {{"m", "3"}, {"k", "2"}}, {{"a", "positive"}}, {}});
  CHECK(own.values.at("m") == 3);
  CHECK(own.values.at("k") == 2);
  CHECK(own.values.at("n") == case_of(matmul, "hidden").values.at("n"));
  CHECK(own.inputs.at("a") == "positive");
  CHECK(own.inputs.at("b") == case_of(matmul, "hidden").inputs.at("b"));
  CHECK(own.seed.has_value());
  CHECK(own.tests.empty());
  const Case named = chosen_case(exercise("2.1"), {"run-twice", {{"n", "7"}}, {}, {}});
  CHECK(named.values.at("n") == 7);
  CHECK(named.repeat == 2);
  CHECK(chosen_case(exercise("1.1"), {"", {{"n", "4"}, {"alpha", "-0.5"}}, {}, {}}).values.at("alpha") == -0.5);
  // An argument may have the name of an option.
  CHECK(chosen_case(exercise("5.3"), {"", {{"seed", "9"}}, {}, 3}).values.at("seed") == 9);
}

TEST_CASE("What cannot be run is refused with what can") {
  CHECK(contains(refusal("1.1", {"tial", {}, {}, {}}), "Did you mean tail?"));
  CHECK(contains(refusal("4.1", {"", {{"q", "3"}}, {}, {}}), "It has: m, n, k"));
  CHECK(contains(refusal("1.1", {"", {{"x", "3"}}, {}, {}}), "has no size or number 'x'"));
  CHECK(contains(refusal("1.1", {"", {{"n", "0"}}, {}, {}}), "at least 1"));
  CHECK(contains(refusal("1.1", {"", {{"n", "-5"}}, {}, {}}), "at least 1"));
  CHECK(contains(refusal("1.1", {"", {{"n", "2.5"}}, {}, {}}), "whole number"));
  CHECK(contains(refusal("1.1", {"", {{"n", "five"}}, {}, {}}), "'five' is none"));
  CHECK(contains(refusal("1.1", {"", {{"n", "nan"}}, {}, {}}), "whole number"));
  CHECK(contains(refusal("1.1", {"", {{"n", "3000000000"}}, {}, {}}), "2147483647"));
  CHECK(contains(refusal("1.1", {"", {{"n", "2000000000"}}, {}, {}}), "too large"));
  CHECK(contains(refusal("4.1", {"", {{"m", "2000"}, {"n", "2000"}, {"k", "2000"}}, {}, {}}), "times the work"));
  CHECK(contains(refusal("4.3", {"", {{"batch", "2147483647"}, {"m", "2147483647"}, {"k", "2147483647"}}, {}, {}}),
                 "too large"));
  CHECK(contains(refusal("1.1", {"", {}, {{"z", "zeros"}}, {}}), "has no input 'z'"));
  CHECK(contains(refusal("1.1", {"", {}, {{"x", "zeroes"}}, {}}), "Did you mean zeros?"));
}
