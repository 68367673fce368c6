#include <algorithm>
#include <cmath>

#include "reference/families.h"

namespace reference {
namespace {

struct Sizes {
  size_t m, n, k;
  explicit Sizes(const Values& values)
      : m(static_cast<size_t>(size_value(values, "m"))),
        n(static_cast<size_t>(size_value(values, "n"))),
        k(static_cast<size_t>(size_value(values, "k"))) {}
};

/// Adds A B to `value` and |A| |B| to `magnitude`. Rows of B stream through the inner loop (i-k-j); four of them at
/// once, so that the accumulators are loaded and stored once for four products.
void multiply(const double* a, const double* b, const Sizes& s, double* value, double* magnitude) {
  for (size_t i = 0; i < s.m; ++i) {
    double* __restrict v = value + i * s.n;
    double* __restrict g = magnitude + i * s.n;
    const double* row = a + i * s.k;
    size_t k = 0;
    for (; k + 4 <= s.k; k += 4) {
      const double a0 = row[k], a1 = row[k + 1], a2 = row[k + 2], a3 = row[k + 3];
      const double *b0 = b + k * s.n, *b1 = b0 + s.n, *b2 = b1 + s.n, *b3 = b2 + s.n;
      for (size_t j = 0; j < s.n; ++j) {
        const double p0 = a0 * b0[j], p1 = a1 * b1[j], p2 = a2 * b2[j], p3 = a3 * b3[j];
        v[j] += (p0 + p1) + (p2 + p3);
        g[j] += (std::fabs(p0) + std::fabs(p1)) + (std::fabs(p2) + std::fabs(p3));
      }
    }
    for (; k < s.k; ++k) {
      for (size_t j = 0; j < s.n; ++j) {
        const double p = row[k] * b[k * s.n + j];
        v[j] += p;
        g[j] += std::fabs(p);
      }
    }
  }
}

}  // namespace

/// B[j][i] = A[i][j], A m x n. Exact.
std::vector<Expected> matrix_transpose(const Arrays& inputs, const Values& values) {
  const Elements a(inputs, inputs.contains("a") ? "a" : "x");
  const auto m = static_cast<size_t>(size_value(values, "m")), n = static_cast<size_t>(size_value(values, "n"));
  Expected out = expected(static_cast<int64_t>(m * n));
  constexpr size_t kTile = 16;  // both sides of a tile stay in the cache
  for (size_t top = 0; top < m; top += kTile) {
    for (size_t left = 0; left < n; left += kTile) {
      for (size_t i = top; i < std::min(m, top + kTile); ++i) {
        for (size_t j = left; j < std::min(n, left + kTile); ++j) out.value[j * m + i] = a[i * n + j];
      }
    }
  }
  std::transform(out.value.begin(), out.value.end(), out.magnitude.begin(), [](double v) { return std::fabs(v); });
  return {std::move(out)};
}

/// y = A x, A m x k. The error of a dot product scales with sum |a||x|, in any order of adding.
std::vector<Expected> matrix_vector(const Arrays& inputs, const Values& values) {
  const Elements a(inputs, "a"), x(inputs, "x");
  const auto m = static_cast<size_t>(size_value(values, "m")), k = static_cast<size_t>(size_value(values, "k"));
  Expected out = expected(static_cast<int64_t>(m));
  std::vector<double> products(k);
  for (size_t i = 0; i < m; ++i) {
    for (size_t j = 0; j < k; ++j) products[j] = a[i * k + j] * x[j];
    out.value[i] = sum(products.data(), static_cast<int64_t>(k));
    out.magnitude[i] = absolute_sum(products.data(), static_cast<int64_t>(k));
  }
  return {std::move(out)};
}

/// C = A B, m x k by k x n; the magnitude is |A| |B|.
std::vector<Expected> matmul(const Arrays& inputs, const Values& values) {
  const auto a = widened(inputs, "a"), b = widened(inputs, "b");
  const Sizes s(values);
  Expected out = expected(static_cast<int64_t>(s.m * s.n));
  multiply(a.data(), b.data(), s, out.value.data(), out.magnitude.data());
  return {std::move(out)};
}

/// C = ReLU(A B + bias), bias[j] added to column j. ReLU never enlarges an error.
std::vector<Expected> fused_matmul_bias_relu(const Arrays& inputs, const Values& values) {
  std::vector<Expected> outputs = matmul(inputs, values);
  const auto bias = widened(inputs, "bias");
  Expected& out = outputs.front();
  for (size_t i = 0; i < out.value.size(); ++i) {
    const double b = bias[i % bias.size()];
    out.value[i] = std::max(0.0, out.value[i] + b);
    out.magnitude[i] += std::fabs(b);
  }
  return outputs;
}

/// C[b] = A[b] B[b] for b < batch.
std::vector<Expected> batched_matmul(const Arrays& inputs, const Values& values) {
  const auto a = widened(inputs, "a"), b = widened(inputs, "b");
  const Sizes s(values);
  const auto batch = static_cast<size_t>(size_value(values, "batch"));
  Expected out = expected(static_cast<int64_t>(batch * s.m * s.n));
  for (size_t i = 0; i < batch; ++i) {
    multiply(a.data() + i * s.m * s.k, b.data() + i * s.k * s.n, s, out.value.data() + i * s.m * s.n,
             out.magnitude.data() + i * s.m * s.n);
  }
  return {std::move(out)};
}

}  // namespace reference
