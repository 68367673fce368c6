#include "grader/judge/element_judge.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "grader/judge/compare.h"

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

}  // namespace

double bound_of(Type type, const Tolerance& tolerance, double length, double magnitude) {
  if (tolerance.ulps == 0) return 0;
  // The floor lets results near underflow be off by as many of the smallest steps there are.
  return tolerance.ulps *
         (epsilon_of(type) * growth_of(tolerance.growth, length) * magnitude + smallest_denormal(type));
}

ElementJudge::ElementJudge(const Array& got, const reference::Expected& want, const Tolerance& tolerance, double length,
                           const Array* before)
    : got_(got),
      want_(want),
      before_(before),
      slope_(tolerance.ulps * epsilon_of(got.type) * growth_of(tolerance.growth, length)),
      floor_(bound_of(got.type, tolerance, length, 0)) {}

int64_t ElementJudge::total() const {
  return std::min<int64_t>(got_.count(), static_cast<int64_t>(want_.value.size()));
}

bool ElementJudge::unwritten(int64_t i) const {
  const size_t size = reference::size_of(got_.type);
  const std::byte* element = got_.bytes.data() + static_cast<size_t>(i) * size;
  if (before_ != nullptr && before_->bytes.size() == got_.bytes.size()) {
    return std::memcmp(element, before_->bytes.data() + static_cast<size_t>(i) * size, size) == 0;
  }
  return std::all_of(element, element + size, [](std::byte b) { return b == std::byte{0xff}; });
}

bool ElementJudge::wrong(int64_t i) const {
  const double got = got_.at(i), want = want_.value[static_cast<size_t>(i)];
  // Only a NaN poison proves by itself that an element was not written; an integer may be meant.
  if (std::isnan(got)) return !std::isnan(want) || unwritten(i);
  return !is_right(got_.type, got, want, bound(i));
}

}  // namespace tritutor
