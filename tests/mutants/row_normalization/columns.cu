// mutant: normalizes the columns
// refused: case thousand
// refused: case scales
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) {
    sum = 0.0f;
    for (int i = 0; i < m; ++i) sum += x[i * n + j];
    out[j] = row[j] / sum;
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
