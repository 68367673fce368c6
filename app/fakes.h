#pragma once
// Answers that no kernel computed: zeros, a constant, half of the work, what lay in memory before. Every case of every
// exercise must refuse them; where one is accepted, its tolerance could be met without doing the work.

#include <optional>
#include <string>
#include <vector>

#include "grader/curriculum/curriculum.h"
#include "grader/judge/compare.h"
#include "reference/array.h"
#include "reference/functions.h"

namespace tritutor {

struct Fake {
  std::string name;  ///< "all zeros"
  reference::Array answer;
};

/// The fakes of one output from what is right. `stale`: right answers of other runs that may still lie in the buffer.
std::vector<Fake> make_fakes(const reference::Array& right, const std::vector<reference::Array>& stale);

/// What is right, rounded to the output's type.
reference::Array rounded(const reference::Expected& expected, reference::Type type, std::vector<int64_t> shape);

/// Whether a fake is simply right (n = 1, a constant row): every element equals `right` but for rounding.
bool right_by_nature(const reference::Array& fake, const reference::Array& right);

struct FakeCount {
  int64_t refused = 0;
  int64_t by_nature = 0;
  std::vector<std::string> accepted;  ///< wrong and accepted: "case tail: all zeros is accepted as y"
};

/// Feeds every fake to one case of an exercise. `previous` is the case before it, nullptr for the first. Throws
/// std::runtime_error where the exercise has no reference.
FakeCount check_fakes(const Exercise& exercise, const Case& one, const Case* previous, uint64_t seed);

}  // namespace tritutor
