// 5.1 Layer normalization: y[i,j] = (x[i,j] - mean_i) / sqrt(var_i + eps) * gamma[j] + beta[j], eps = 1e-5.
//
// One block a row, three walks over it: mean, variance, result. The second and third find the row in the cache, so
// memory sees one read and one write.
//
// To notice:
// - The variance is the mean of (x - mean)^2, with the mean known. The one-pass form E[x^2] - E[x]^2 subtracts two
//   numbers of about mean^2: with a mean of 10000 and a deviation of 1, all 24 bits of a float are spent on the 10^8.
// - Each thread's loop ends at n, so nothing beyond the row takes part. A masked lane that held 0 would be harmless in
//   the mean, and add mean^2 to the variance.
// - n divides the variance, not n - 1; eps stands under the root.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr float EPS = 1e-5f;

extern "C" __global__ void layer_normalization(const float* x, const float* gamma, const float* beta, float* y, int m,
                                               int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) sum += row[j];
  const float mean = tutor::block_sum(sum) / n;

  float squares = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) {
    const float centred = row[j] - mean;
    squares += centred * centred;
  }
  const float variance = tutor::block_sum(squares) / n;

  const float inverse_deviation = 1.0f / sqrtf(variance + EPS);
  for (int j = threadIdx.x; j < n; j += BLOCK) {
    const float normal = (row[j] - mean) * inverse_deviation;
    out[j] = normal * gamma[j] + beta[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("layer_normalization", p.m, BLOCK); }
