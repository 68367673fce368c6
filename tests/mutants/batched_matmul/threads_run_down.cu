// mutant: no tiles, and threadIdx.x runs down the rows of a and c: a warp touches 32 rows at once
// refused: slow sectors-per-request
#include <tritutor.cuh>

constexpr int SIDE = 32, ROWS = 8;

extern "C" __global__ void batched_matmul(const float* a, const float* b, float* c, int batch, int m, int n, int k) {
  const long long z = blockIdx.z;
  a += z * m * k;
  b += z * k * n;
  c += z * m * n;

  const int row = blockIdx.x * SIDE + threadIdx.x, col = blockIdx.y * ROWS + threadIdx.y;
  if (row >= m || col >= n) return;
  float sum = 0.0f;
  for (int kk = 0; kk < k; ++kk) sum += a[row * k + kk] * b[kk * n + col];
  c[row * n + col] = sum;
}

void launch(Plan& plan, const Problem& p) {
  plan.run("batched_matmul", dim3(cdiv(p.m, SIDE), cdiv(p.n, ROWS), p.batch), dim3(SIDE, ROWS));
}
