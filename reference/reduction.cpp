#include <algorithm>

#include "reference/families.h"

namespace reference {

/// result = sum(x). Whatever the order, a sum's rounding error scales with sum |x|, not with the result: pairs that
/// cancel leave a small result and a large error (Higham, "Accuracy and Stability of Numerical Algorithms", 4.2).
std::vector<Expected> sum_reduction(const Arrays& inputs, const Values& values) {
  const auto x = widened(inputs, "x");
  const int64_t n = size_value(values, "n");
  Expected out = expected(1);
  out.value[0] = sum(x.data(), n);
  out.magnitude[0] = absolute_sum(x.data(), n);
  return {std::move(out)};
}

/// (value, index): the maximum and the lowest index that holds it. Both are exact.
std::vector<Expected> max_with_index(const Arrays& inputs, const Values& values) {
  const auto x = widened(inputs, "x");
  const auto first = x.begin();
  const auto largest = std::max_element(first, first + size_value(values, "n"));  // the first of equal ones
  Expected value = expected(1), index = expected(1);
  value.value[0] = *largest;
  index.value[0] = static_cast<double>(largest - first);
  return {std::move(value), std::move(index)};
}

}  // namespace reference
