#include "app/fakes.h"

#include <doctest/doctest.h>

#include <cmath>

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
