#include "grader/judge/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "grader/judge/mismatch_map.h"
#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

using reference::Array;
using reference::Type;

/// Distance from 1 to the next number of the type. Integers are exact: their step is 1 wherever they are.
double epsilon_of(Type type) {
  switch (type) {
    case Type::f32:
      return 0x1p-23;
    case Type::f64:
      return 0x1p-52;
    case Type::f16:
      return 0x1p-10;
    default:
      return 0;
  }
}

double smallest_denormal(Type type) {
  switch (type) {
    case Type::f32:
      return 0x1p-149;
    case Type::f64:
      return 0x1p-1074;
    case Type::f16:
      return 0x1p-24;
    default:
      return 0;
  }
}

double growth_of(Tolerance::Growth growth, double length) {
  switch (growth) {
    case Tolerance::Growth::none:
      return 1;
    case Tolerance::Growth::log2:
      return std::max(1.0, std::log2(std::max(1.0, length)));
    case Tolerance::Growth::sqrt:
      return std::sqrt(std::max(1.0, length));
    case Tolerance::Growth::linear:
      return std::max(1.0, length);
  }
  return 1;
}

/// `value` as the output's type would hold it: 1e39 is infinity in f32.
double rounded_to(Type type, double value) {
  if (type == Type::f32) return static_cast<double>(static_cast<float>(value));
  if (type == Type::f64) return value;
  Array one(type, {});
  one.set(0, value);
  return one.at(0);
}

bool is_right(Type type, double got, double want, double bound) {
  if (std::isnan(want)) return std::isnan(got);
  if (got == want) return true;
  if (std::isfinite(want) && std::isfinite(bound) && std::fabs(got - want) <= bound) return true;
  return got == rounded_to(type, want);
}

/// Whether element i still holds what it held before the run: its poison, where that is known, else all bits set.
bool is_unwritten(const Array& got, const Array* before, int64_t i) {
  const size_t size = reference::size_of(got.type);
  const std::byte* element = got.bytes.data() + static_cast<size_t>(i) * size;
  if (before != nullptr && before->bytes.size() == got.bytes.size()) {
    return std::memcmp(element, before->bytes.data() + static_cast<size_t>(i) * size, size) == 0;
  }
  return std::all_of(element, element + size, [](std::byte b) { return b == std::byte{0xff}; });
}

/// Only a NaN poison proves by itself that an element was not written; an integer may be meant.
bool is_wrong(const Array& got, const Array* before, int64_t i, double value, double want, double bound) {
  if (std::isnan(value)) return !std::isnan(want) || is_unwritten(got, before, i);
  return !is_right(got.type, value, want, bound);
}

std::vector<int64_t> unravel(int64_t flat, const std::vector<int64_t>& shape) {
  std::vector<int64_t> index(std::max<size_t>(1, shape.size()), 0);
  if (shape.empty()) return index;
  for (size_t d = shape.size(); d-- > 0;) {
    index[d] = flat % shape[d];
    flat /= shape[d];
  }
  return index;
}

}  // namespace

double bound_of(Type type, const Tolerance& tolerance, double length, double magnitude) {
  if (tolerance.ulps == 0) return 0;
  // The floor lets results near underflow be off by as many of the smallest steps there are.
  return tolerance.ulps *
         (epsilon_of(type) * growth_of(tolerance.growth, length) * magnitude + smallest_denormal(type));
}

double reduction_length(const Tolerance& tolerance, const reference::Values& values) {
  return tolerance.length.empty() ? 1 : values.at(tolerance.length);
}

std::optional<Mismatch> compare(const std::string& output, const Array& got, const reference::Expected& want,
                                const Tolerance& tolerance, double length, const CompareContext& context) {
  const int64_t total = std::min<int64_t>(got.count(), static_cast<int64_t>(want.value.size()));
  // bound_of is linear in the magnitude: its two coefficients once, not growth_of for every element.
  const double floor = bound_of(got.type, tolerance, length, 0);
  const double slope = tolerance.ulps * epsilon_of(got.type) * growth_of(tolerance.growth, length);
  const auto bound = [&](int64_t i) { return slope * want.magnitude[static_cast<size_t>(i)] + floor; };
  const auto wrong = [&](int64_t i) {
    return is_wrong(got, context.before, i, got.at(i), want.value[static_cast<size_t>(i)], bound(i));
  };

  int64_t first = 0;
  while (first < total && !wrong(first)) ++first;
  if (first == total) return std::nullopt;

  Evidence evidence(got, want, length, context);
  for (int64_t i = 0; i < total; ++i) {
    evidence.bound[static_cast<size_t>(i)] = bound(i);
    if (i < first || !wrong(i)) continue;
    evidence.mark_wrong(i, is_unwritten(got, context.before, i));
  }

  Mismatch mismatch;
  mismatch.output = output;
  mismatch.index = unravel(first, got.shape);
  mismatch.got = got.at(first);
  mismatch.want = want.value[static_cast<size_t>(first)];
  mismatch.bound = bound(first);
  mismatch.count = evidence.wrong_count();
  mismatch.total = total;
  Pattern pattern = name_pattern(evidence);
  mismatch.pattern = std::move(pattern.id);
  mismatch.pattern_text = std::move(pattern.text);
  mismatch.weight = pattern.weight;
  mismatch.plainness = plainness_of(evidence);
  mismatch.map = draw_map(evidence);
  return mismatch;
}

}  // namespace tritutor
