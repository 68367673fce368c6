// mutant: every row is divided by the sum of row 0
// refused: case scales
// refused: case thousand
// refused: pattern scaled-rows
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) sum += x[j];
  sum = tutor::block_sum(sum);

  for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = row[j] / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
