// 4.1 without tiles: one thread an output, both operands from global memory.
#include <tritutor.cuh>

constexpr int X = 32;
constexpr int Y = 8;
constexpr int UNROLL = 1;

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  const int col = blockIdx.x * X + threadIdx.x, row = blockIdx.y * Y + threadIdx.y;
  if (row >= m || col >= n) return;
  float sum = 0.0f;
#pragma unroll UNROLL
  for (int kk = 0; kk < k; ++kk) sum += a[row * k + kk] * b[kk * n + col];
  c[row * n + col] = sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("tiled_matmul", dim3(cdiv(p.n, X), cdiv(p.m, Y)), dim3(X, Y)); }
