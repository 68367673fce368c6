// mutant: eps is added to the deviation, not to the variance
// refused: case small-deviation
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

  const float inverse_deviation = 1.0f / (sqrtf(variance) + EPS);
  for (int j = threadIdx.x; j < n; j += BLOCK) {
    const float normal = (row[j] - mean) * inverse_deviation;
    out[j] = normal * gamma[j] + beta[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("layer_normalization", p.m, BLOCK); }
