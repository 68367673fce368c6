// mutant: each thread writes one column: the rest of a long row is never made
// refused: case thousand
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) sum += row[j];
  sum = tutor::block_sum(sum);

  if (const int j = threadIdx.x; j < n) out[j] = row[j] / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
