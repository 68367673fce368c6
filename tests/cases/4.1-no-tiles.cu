// case: no tiles: 0.115 of the library on an H100, where bronze is 0.14
// exercise: 4.1
// verdict: fail
// says: RIGHT, NOT FAST ENOUGH 4.1 Tiled matrix product
// never says: Medal: bronze
#include <tritutor.cuh>
extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  const int row = blockIdx.y * 8 + threadIdx.y, col = blockIdx.x * 32 + threadIdx.x;
  if (row >= m || col >= n) return;
  float sum = 0.0f;
  for (int kk = 0; kk < k; ++kk) sum += a[row * k + kk] * b[kk * n + col];
  c[row * n + col] = sum;
}
void launch(Plan& plan, const Problem& p) {
  plan.run("tiled_matmul", dim3(cdiv(p.n, 32), cdiv(p.m, 8)), dim3(32, 8));
}
