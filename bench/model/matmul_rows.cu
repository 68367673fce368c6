// 4.1 without tiles, several rows a thread: each element of B that was loaded serves ROWS multiply-adds.
#include <tritutor.cuh>

constexpr int ROWS = 4;
constexpr int X = 32;
constexpr int Y = 8;

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  const int col = blockIdx.x * X + threadIdx.x, row0 = (blockIdx.y * Y + threadIdx.y) * ROWS;
  if (col >= n) return;
  float sum[ROWS] = {};
  for (int kk = 0; kk < k; ++kk) {
    const float v = b[kk * n + col];
    for (int r = 0; r < ROWS; ++r) sum[r] += row0 + r < m ? a[(row0 + r) * k + kk] * v : 0.0f;
  }
  for (int r = 0; r < ROWS; ++r)
    if (row0 + r < m) c[(row0 + r) * n + col] = sum[r];
}

void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.n, X), cdiv(p.m, Y * ROWS)), dim3(X, Y));
}
