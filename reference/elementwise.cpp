#include <algorithm>
#include <cmath>

#include "reference/families.h"

namespace reference {
namespace {

/// One output element from one index. The magnitude is |value|: one rounding, or none.
template <class Formula>
std::vector<Expected> each(const Values& values, const Formula& formula) {
  const int64_t n = size_value(values, "n");
  Expected out = expected(n);
  for (int64_t i = 0; i < n; ++i) {
    const double value = formula(static_cast<size_t>(i));
    out.value[static_cast<size_t>(i)] = value;
    out.magnitude[static_cast<size_t>(i)] = std::fabs(value);
  }
  return {std::move(out)};
}

}  // namespace

/// z = x + y.
std::vector<Expected> vector_addition(const Arrays& inputs, const Values& values) {
  const Elements x(inputs, "x"), y(inputs, "y");
  return each(values, [&](size_t i) { return x[i] + y[i]; });
}

/// y = alpha x.
std::vector<Expected> vector_scaling(const Arrays& inputs, const Values& values) {
  const Elements x(inputs, "x");
  const double alpha = scalar_value(values, "alpha");
  return each(values, [&](size_t i) { return alpha * x[i]; });
}

/// z = max(x, y); there is no NaN among the inputs.
std::vector<Expected> elementwise_max(const Arrays& inputs, const Values& values) {
  const Elements x(inputs, "x"), y(inputs, "y");
  return each(values, [&](size_t i) { return std::max(x[i], y[i]); });
}

/// y = max(0, x).
std::vector<Expected> relu(const Arrays& inputs, const Values& values) {
  const Elements x(inputs, "x");
  return each(values, [&](size_t i) { return std::max(0.0, x[i]); });
}

}  // namespace reference
