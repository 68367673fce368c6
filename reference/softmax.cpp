#include <algorithm>
#include <cmath>

#include "reference/families.h"

namespace reference {
namespace {

// A kernel in f32 that subtracts the row's maximum first computes e = exp(t), t = logit - max <= 0.
// The subtraction rounds t by u|t| and exp turns an absolute error of its argument into a relative one of its value;
// the sum of the row and the division add a relative error that does not depend on the row's values. Together: relative
// error ~ u (1 + |t|), magnitude value * (1 + |t|). An error dl of the logit itself comes on top, once directly and
// once through the sum, where it is weighted with the softmax: value * (dl + sum_j value_j dl_j). A kernel that does
// not subtract the maximum has u |logit| in place of u |t|, and overflows besides: both are refused.

/// What f32 may flush to zero on the way, divided by its epsilon: results under the smallest normal are let go.
constexpr double kFlushed = 0x1p-126 / 0x1p-23;

/// Softmax of one row of logits in place. `error` is the magnitude of each logit's own error, nullptr: exact.
void softmax_row(double* row, double* magnitude, const double* error, size_t count) {
  const double largest = *std::max_element(row, row + count);
  for (size_t j = 0; j < count; ++j) {
    const double t = row[j] - largest;
    magnitude[j] = 1 + std::fabs(t);
    row[j] = std::exp(t);
  }
  const double inverse = 1 / sum(row, static_cast<int64_t>(count));
  double shared = 0;
  for (size_t j = 0; j < count; ++j) {
    row[j] *= inverse;
    if (error != nullptr) shared += row[j] * error[j];
  }
  for (size_t j = 0; j < count; ++j) {
    magnitude[j] = row[j] * (magnitude[j] + (error != nullptr ? error[j] + shared : 0)) + kFlushed;
  }
}

}  // namespace

/// y[i,:] = exp(x[i,:] - max) / sum(exp(x[i,:] - max)) for x of m rows and n columns.
std::vector<Expected> softmax(const Arrays& inputs, const Values& values) {
  auto x = widened(inputs, "x");
  const auto m = static_cast<size_t>(size_value(values, "m")), n = static_cast<size_t>(size_value(values, "n"));
  Expected out = expected(static_cast<int64_t>(m * n));
  out.value = std::move(x);
  for (size_t i = 0; i < m; ++i) softmax_row(out.value.data() + i * n, out.magnitude.data() + i * n, nullptr, n);
  return {std::move(out)};
}

/// P = softmax(Q K^T / sqrt(d)) by rows: Q nq x d, K nk x d, P nq x nk. A logit's error is a dot product's:
/// sum |q||k| / sqrt(d).
std::vector<Expected> attention_scores(const Arrays& inputs, const Values& values) {
  const auto q = widened(inputs, "q"), k = widened(inputs, "k");
  const auto nq = static_cast<size_t>(size_value(values, "nq")), nk = static_cast<size_t>(size_value(values, "nk"));
  const auto d = static_cast<size_t>(size_value(values, "d"));
  std::vector<double> k_transposed(d * nk);  // d x nk, for an inner loop along the keys
  for (size_t j = 0; j < nk; ++j) {
    for (size_t e = 0; e < d; ++e) k_transposed[e * nk + j] = k[j * d + e];
  }
  Expected out = expected(static_cast<int64_t>(nq * nk));
  std::vector<double> error(nk);
  const double scale = 1 / std::sqrt(static_cast<double>(d));
  for (size_t i = 0; i < nq; ++i) {
    double* __restrict logit = out.value.data() + i * nk;
    double* __restrict absolute = error.data();
    std::fill(error.begin(), error.end(), 0.0);
    for (size_t e = 0; e < d; ++e) {
      const double qe = q[i * d + e] * scale;
      const double* key = k_transposed.data() + e * nk;
      for (size_t j = 0; j < nk; ++j) {
        const double p = qe * key[j];
        logit[j] += p;
        absolute[j] += std::fabs(p);
      }
    }
    softmax_row(logit, out.magnitude.data() + i * nk, error.data(), nk);
  }
  return {std::move(out)};
}

}  // namespace reference
