// How well a pattern is borne out, and how ordinary the data are that it was found on.

#include <algorithm>
#include <cmath>
#include <set>

#include "grader/judge/pattern.h"

namespace tritutor {
namespace {

using reference::Array;

/// Enough to tell few values from many.
constexpr size_t kMany = 32;

/// Different numbers among at most the first thousands of `count`, no more than kMany.
template <class At>
size_t distinct(int64_t count, const At& at) {
  std::set<double> seen;
  for (int64_t i = 0; i < std::min<int64_t>(count, 4096) && seen.size() < kMany; ++i) {
    if (const double value = at(i); std::isfinite(value)) seen.insert(value);
  }
  return seen.size();
}

/// Names that say what is seen and little of why.
bool is_symptom(const std::string& id) { return id == "nan" || id == "infinite" || id == "small-errors"; }

bool is_of_writing(const std::string& id) {
  return id == "never-written" || id == "partly-unwritten" || id == "same-place";
}

int plainness_of(const Array& array) {
  const int64_t count = array.count();
  if (count < 8) return 0;
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    const double value = std::fabs(array.at(i));
    if (!std::isfinite(value)) return 0;
    largest = std::max(largest, value);
  }
  if (distinct(count, [&](int64_t i) { return array.at(i); }) < 8) return 0;
  return largest > 100 || largest < 0.01 ? 1 : 2;
}

}  // namespace

int plainness_of(const Evidence& e) {
  int plain = 2;
  const auto least = [&](int other) { plain = std::min(plain, other); };
  if (e.context.inputs != nullptr) {
    for (const auto& [name, array] : *e.context.inputs) least(plainness_of(array));
  }
  if (e.total() > 1) {
    const size_t wanted = distinct(e.total(), [&](int64_t i) { return e.want_at(i); });
    if (wanted < 8) least(wanted < 3 ? 0 : 1);
  }
  return plain;
}

int weight_of(const Evidence& e, const Pattern& pattern) {
  if (pattern.id == "scattered") return 0;
  if (is_symptom(pattern.id)) return 1;
  const int plain = plainness_of(e);
  if (is_of_writing(pattern.id)) return plain > 0 ? 3 : 1;
  // A single result is all there is to see of a sum; of a vector of one element it is little.
  if (e.total() == 1) return plain > 0 ? 2 : 1;
  const size_t values =
      distinct(e.wrong_count(), [&](int64_t k) { return e.want_at(e.wrong_at[static_cast<size_t>(k)]); });
  return plain == 0 || values < 4 ? 1 : values < kMany ? 2 : 3;
}

}  // namespace tritutor
