// 3.1 without shared memory. READS = 1: a warp reads along rows; 0: it writes along them.
#include <tritutor.cuh>

constexpr int X = 32;
constexpr int Y = 8;
constexpr int READS = 1;

extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int x = blockIdx.x * X + threadIdx.x, y = blockIdx.y * Y + threadIdx.y;
  const int j = READS ? x : y, i = READS ? y : x;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}

void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(READS ? p.n : p.m, X), cdiv(READS ? p.m : p.n, Y)), dim3(X, Y));
}
