// 4.1 as textbooks have it: square tiles, one thread an output.
#include <tritutor.cuh>

constexpr int T = 16;

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float as[T][T], bs[T][T];
  const int x = threadIdx.x, y = threadIdx.y, row = blockIdx.y * T + y, col = blockIdx.x * T + x;
  float sum = 0;
  for (int k0 = 0; k0 < k; k0 += T) {
    as[y][x] = row < m && k0 + x < k ? a[row * k + k0 + x] : 0.0f;
    bs[y][x] = k0 + y < k && col < n ? b[(k0 + y) * n + col] : 0.0f;
    __syncthreads();
    for (int i = 0; i < T; ++i) sum += as[y][i] * bs[i][x];
    __syncthreads();
  }
  if (row < m && col < n) c[row * n + col] = sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("tiled_matmul", dim3(cdiv(p.n, T), cdiv(p.m, T)), dim3(T, T)); }
