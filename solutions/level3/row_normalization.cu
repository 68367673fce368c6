// 3.2 Row normalization: y[i,j] = x[i,j] / sum_j x[i,j].
//
// One block a row: sum it, divide it. The second read of the row comes out of the cache, for a row is short and was
// touched a moment ago, so the memory traffic is one read and one write.
//
// To notice:
// - No epsilon in the denominator: rows of 1e-20 are rows like any other, and the sums are promised to be non-zero.
// - A division by the sum, not a multiplication by its reciprocal: memory sets the pace here, so the better rounded
//   form costs nothing.
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) sum += row[j];
  sum = tutor::block_sum(sum);

  for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = row[j] / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
