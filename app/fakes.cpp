#include "app/fakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "grader/case_data.h"

namespace tritutor {

using reference::Array;

namespace {

Array filled(const Array& like, double value) {
  Array answer(like.type, like.shape);
  for (int64_t i = 0; i < answer.count(); ++i) answer.set(i, value);
  return answer;
}

Array poisoned(const Array& like) {
  Array answer(like.type, like.shape);
  std::memset(answer.bytes.data(), 0xff, answer.bytes.size());
  return answer;
}

/// Copies element i of `right` over `base` wherever `done(i)`.
template <class Done>
Array partly(const Array& right, Array base, Done done) {
  const size_t size = reference::size_of(right.type);
  for (int64_t i = 0; i < right.count(); ++i) {
    if (done(i)) std::memcpy(base.bytes.data() + i * size, right.bytes.data() + i * size, size);
  }
  return base;
}

double mean_of(const Array& right) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t i = 0; i < right.count(); ++i) {
    if (!std::isfinite(right.at(i))) continue;
    sum += right.at(i);
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

double epsilon_of(reference::Type type) {
  switch (type) {
    case reference::Type::f32:
      return 0x1p-23;
    case reference::Type::f64:
      return 0x1p-52;
    case reference::Type::f16:
      return 0x1p-10;
    default:
      return 0;
  }
}

/// The right answer of each output, in signature order.
std::vector<reference::Expected> expected_of(const Exercise& exercise, const Case& one, uint64_t seed) {
  const reference::Function function = reference::find(exercise.slug);
  if (function == nullptr) throw std::runtime_error(fmt::format("there is no reference for {}", exercise.slug));
  return function(make_inputs(exercise, one, case_seed(one, seed)), one.values);
}

}  // namespace

Array rounded(const reference::Expected& expected, reference::Type type, std::vector<int64_t> shape) {
  Array answer(type, std::move(shape));
  for (int64_t i = 0; i < answer.count(); ++i) answer.set(i, expected.value[static_cast<size_t>(i)]);
  return answer;
}

std::vector<Fake> make_fakes(const Array& right, const std::vector<Array>& stale) {
  const int64_t count = right.count();
  const auto first_half = [&](int64_t i) { return i < count / 2; };
  const auto every_second = [](int64_t i) { return i % 2 == 0; };
  std::vector<Fake> fakes;
  fakes.push_back({"all zeros", filled(right, 0)});
  fakes.push_back({"all ones", filled(right, 1)});
  fakes.push_back({"the mean everywhere", filled(right, mean_of(right))});
  fakes.push_back({"the first half, then nothing written", partly(right, poisoned(right), first_half)});
  fakes.push_back({"the first half, then zeros", partly(right, filled(right, 0), first_half)});
  fakes.push_back({"every second element, zeros between", partly(right, filled(right, 0), every_second)});
  fakes.push_back({"nothing written", poisoned(right)});
  for (const Array& old : stale) {
    // An older answer lies at the start of the buffer, whatever its size was.
    Array answer = poisoned(right);
    std::copy_n(old.bytes.begin(), std::min(old.bytes.size(), answer.bytes.size()), answer.bytes.begin());
    fakes.push_back({"the answer of an earlier run", std::move(answer)});
  }
  return fakes;
}

bool right_by_nature(const Array& fake, const Array& right) {
  for (int64_t i = 0; i < right.count(); ++i) {
    const double got = fake.at(i), want = right.at(i);
    if (got == want || (std::isnan(got) && std::isnan(want))) continue;
    if (!(std::fabs(got - want) <= 2 * epsilon_of(right.type) * std::fabs(want))) return false;
  }
  return true;
}

FakeCount check_fakes(const Exercise& exercise, const Case& one, const Case* previous, uint64_t seed) {
  const std::vector<reference::Expected> expected = expected_of(exercise, one, seed);
  Case reseeded = one;  // the same case on other inputs: what an earlier repetition left behind
  reseeded.seed = case_seed(one, seed) + 1;
  std::vector<std::vector<reference::Expected>> earlier = {expected_of(exercise, reseeded, seed)};
  if (previous != nullptr) earlier.push_back(expected_of(exercise, *previous, seed));

  FakeCount count;
  size_t output = 0;
  for (const Argument& argument : exercise.arguments) {
    if (argument.role != Role::output) continue;
    const Array right = rounded(expected[output], argument.type, shape_of(argument, one.values));
    std::vector<Array> stale = {rounded(earlier[0][output], argument.type, shape_of(argument, one.values))};
    if (previous != nullptr) {
      stale.push_back(rounded(earlier[1][output], argument.type, shape_of(argument, previous->values)));
    }
    const Tolerance& tolerance = exercise.tolerance.at(argument.name);
    const auto length = one.values.find(tolerance.length);
    const Array before = poisoned(right);
    CompareContext context;
    context.before = &before;
    for (const Fake& fake : make_fakes(right, stale)) {
      if (right_by_nature(fake.answer, right)) {
        ++count.by_nature;
      } else if (compare(argument.name, fake.answer, expected[output], tolerance,
                         length == one.values.end() ? 1 : length->second, context)) {
        ++count.refused;
      } else {
        count.accepted.push_back(fmt::format("case {}: {} is accepted as {}", one.name, fake.name, argument.name));
      }
    }
    ++output;
  }
  return count;
}

}  // namespace tritutor
