// mutant: the sum is taken over the warp, not the block
// refused: case thousand
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) sum += row[j];
  sum = tutor::warp_sum(sum);

  for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = row[j] / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
