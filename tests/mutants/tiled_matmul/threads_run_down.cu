// mutant: no tiles, and threadIdx.x runs down the rows of a and c: a warp touches 32 rows at once
// refused: slow sectors-per-request
#include <tritutor.cuh>

constexpr int SIDE = 32, ROWS = 8;

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  const int row = blockIdx.x * SIDE + threadIdx.x, col = blockIdx.y * ROWS + threadIdx.y;
  if (row >= m || col >= n) return;
  float sum = 0.0f;
  for (int kk = 0; kk < k; ++kk) sum += a[row * k + kk] * b[kk * n + col];
  c[row * n + col] = sum;
}

void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.m, SIDE), cdiv(p.n, ROWS)), dim3(SIDE, ROWS));
}
