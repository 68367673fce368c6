#include "app/fakes.h"

#include <doctest/doctest.h>

#include <cmath>

#include "app/mutant.h"

using namespace tritutor;
using reference::Array;

namespace {

Array floats(std::vector<double> values) {
  Array array(reference::Type::f32, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i) array.set(static_cast<int64_t>(i), values[i]);
  return array;
}

const Fake& named(const std::vector<Fake>& fakes, const std::string& name) {
  for (const Fake& fake : fakes) {
    if (fake.name == name) return fake;
  }
  throw std::runtime_error("no fake " + name);
}

Exercise scaling(double ulps) {
  Exercise exercise;
  exercise.id = "1.1";
  exercise.slug = "vector_scaling";
  exercise.arguments = {{"x", reference::Type::f32, Role::input, {"n"}},
                        {"y", reference::Type::f32, Role::output, {"n"}},
                        {"alpha", reference::Type::f32, Role::scalar, {}},
                        {"n", reference::Type::i32, Role::size, {}}};
  exercise.tolerance["y"].ulps = ulps;
  Case one;
  one.name = "tail";
  one.values = {{"n", 100}, {"alpha", 2.5}};
  one.inputs = {{"x", "uniform"}};
  one.seed = 1;
  exercise.cases = {one};
  return exercise;
}

}  // namespace

TEST_CASE("fakes are made from the right answer") {
  const Array right = floats({2, 4, 6, 8});
  const std::vector<Fake> fakes = make_fakes(right, {floats({9, 9})});
  const Array& half = named(fakes, "the first half, then zeros").answer;
  CHECK(half.at(0) == 2);
  CHECK(half.at(1) == 4);
  CHECK(half.at(2) == 0);
  const Array& second = named(fakes, "every second element, zeros between").answer;
  CHECK(second.at(1) == 0);
  CHECK(second.at(2) == 6);
  CHECK(named(fakes, "the mean everywhere").answer.at(3) == 5);
  CHECK(std::isnan(named(fakes, "the first half, then nothing written").answer.at(3)));
  const Array& stale = named(fakes, "the answer of an earlier run").answer;
  CHECK(stale.at(1) == 9);
  CHECK(std::isnan(stale.at(2)));
}

TEST_CASE("a fake that equals the right answer is right by nature") {
  CHECK(right_by_nature(floats({3, 3}), floats({3, 3})));
  CHECK(right_by_nature(floats({0.0}), floats({-0.0})));
  CHECK(right_by_nature(floats({NAN}), floats({NAN})));
  CHECK(right_by_nature(floats({1.0f + 0x1p-23f}), floats({1})));
  CHECK_FALSE(right_by_nature(floats({1.001}), floats({1})));
  CHECK_FALSE(right_by_nature(floats({0}), floats({1e-30})));
  CHECK_FALSE(right_by_nature(floats({NAN}), floats({1})));
}

TEST_CASE("a sound tolerance refuses every fake, a loose one is found out") {
  const Exercise sound = scaling(1);
  const FakeCount good = check_fakes(sound, sound.cases[0], nullptr, 1);
  CHECK(good.accepted.empty());
  CHECK(good.refused > 5);
  const Exercise loose = scaling(1e9);
  CHECK_FALSE(check_fakes(loose, loose.cases[0], nullptr, 1).accepted.empty());
}

TEST_CASE("a mutant states its mistake and its reasons") {
  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant(
      "// mutant: no mask\n// refused: case tail\n// refused: finding out-of-bounds\n#include <tritutor.cuh>\n"
      "// refused: case not-part-of-the-head\n",
      errors);
  CHECK(errors.empty());
  CHECK(mutant.mistake == "no mask");
  REQUIRE(mutant.reasons.size() == 2);
  CHECK(mutant.reasons[1].kind == "finding");
  CHECK(mutant.reasons[1].name == "out-of-bounds");
}

TEST_CASE("a mutant that is only slow is refused by the rule for speed, with the counter that explains it") {
  std::vector<std::string> errors;
  const Mutant mutant = parse_mutant("// mutant: far apart\n// refused: slow sectors-per-request\n", errors);
  CHECK(errors.empty());
  Verdict verdict;
  verdict.result = Verdict::Result::fail;
  verdict.right = true;
  verdict.inefficient = Inefficiency{"sectors-per-request", 32, 4, "", 0, "", ""};
  CHECK(unmet_reasons(mutant, verdict).empty());
  verdict.inefficient->counter = "bytes-moved";
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.inefficient.reset();
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.right = false;
  CHECK(unmet_reasons(mutant, verdict).size() == 1);
  verdict.result = Verdict::Result::pass;
  CHECK(unmet_reasons(mutant, verdict)[0] == "it passes, and must not");
}

TEST_CASE("a mutant without a mistake, without a reason, or with an unknown one is an error") {
  std::vector<std::string> errors;
  parse_mutant("#include <tritutor.cuh>\n", errors);
  CHECK(errors.size() == 2);
  errors.clear();
  parse_mutant("// mutant: m\n// refused: something else\n", errors);
  CHECK(errors.size() == 2);
}

TEST_CASE("every stated reason must hold") {
  Mutant mutant;
  mutant.reasons = {{"case", "tail"}, {"pattern", "tail"}, {"finding", "race"}};
  Verdict verdict;
  verdict.result = Verdict::Result::fail;
  CaseResult tail;
  tail.name = "tail";
  tail.ran = true;
  tail.mismatch = Mismatch{};
  tail.mismatch->pattern = "tail";
  verdict.cases = {tail};
  const std::vector<std::string> unmet = unmet_reasons(mutant, verdict);
  REQUIRE(unmet.size() == 1);
  CHECK(unmet[0].find("finding race") != std::string::npos);
  CHECK(unmet[0].find("pattern tail") != std::string::npos);  // what happened instead
  verdict.result = Verdict::Result::pass;
  CHECK(unmet_reasons(mutant, verdict) == std::vector<std::string>{"it passes, and must not"});
}
