#include <cmath>

#include "reference/families.h"

namespace reference {

/// y[i,:] = x[i,:] / sum(x[i,:]), x m x n. The sum has the relative error u sum|x| / |sum x|; the division adds u.
std::vector<Expected> row_normalization(const Arrays& inputs, const Values& values) {
  const auto x = widened(inputs, "x");
  const int64_t m = size_value(values, "m"), n = size_value(values, "n");
  Expected out = expected(m * n);
  for (int64_t i = 0; i < m; ++i) {
    const double* row = x.data() + i * n;
    const double total = sum(row, n);
    const double condition = absolute_sum(row, n) / std::fabs(total);
    for (int64_t j = 0; j < n; ++j) {
      const double value = row[j] / total;
      out.value[static_cast<size_t>(i * n + j)] = value;
      out.magnitude[static_cast<size_t>(i * n + j)] = std::fabs(value) * (1 + condition);
    }
  }
  return {std::move(out)};
}

/// y[i,:] = (x[i,:] - mean) / sqrt(var + eps) * gamma + beta by rows, eps = 1e-5, var = mean((x - mean)^2).
///
/// The magnitude is the error of a kernel in f32 that takes two passes. Inputs are exact. The mean comes out wrong by
/// dm ~ u mean|x|, x - mean by dm + u|x - mean|; the variance of those differences is wrong by a relative u only, for
/// dm enters it squared (sum (x - mean) = 0 removes the first order). So y is wrong by
///   |gamma| / std * (u mean|x| + 2 u |x - mean|) + u |beta|:
/// for mean 1e4 and std 1 that is about 1e4 u = 6e-4.
/// E[x^2] - E[x]^2 in f32 subtracts two numbers of 1e8, each wrong by u 1e8 = 6: a variance of 1 comes out as anything
/// from 0 to 10 (or negative: NaN), and y is wrong by a fraction of itself, far outside.
std::vector<Expected> layer_normalization(const Arrays& inputs, const Values& values) {
  constexpr double kEpsilon = 1e-5;
  const auto x = widened(inputs, "x"), gamma = widened(inputs, "gamma"), beta = widened(inputs, "beta");
  const int64_t m = size_value(values, "m"), n = size_value(values, "n");
  Expected out = expected(m * n);
  std::vector<double> difference(static_cast<size_t>(n)), square(static_cast<size_t>(n));
  for (int64_t i = 0; i < m; ++i) {
    const double* row = x.data() + i * n;
    const double mean = sum(row, n) / static_cast<double>(n);
    const double mean_absolute = absolute_sum(row, n) / static_cast<double>(n);
    for (size_t j = 0; j < difference.size(); ++j) {
      difference[j] = row[j] - mean;
      square[j] = difference[j] * difference[j];
    }
    const double variance = sum(square.data(), n) / static_cast<double>(n);
    const double inverse_std = 1 / std::sqrt(variance + kEpsilon);
    for (size_t j = 0; j < difference.size(); ++j) {
      const size_t at = static_cast<size_t>(i * n) + j;
      const double scale = gamma[j] * inverse_std;
      out.value[at] = difference[j] * scale + beta[j];
      out.magnitude[at] = std::fabs(scale) * (mean_absolute + 2 * std::fabs(difference[j])) + std::fabs(beta[j]);
    }
  }
  return {std::move(out)};
}

}  // namespace reference
