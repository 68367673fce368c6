// case: no barrier between the use of a tile and its next filling
// exercise: 4.1
// verdict: fail
// says: is a __syncthreads() missing between the two?
// finding: race 14
#include <tritutor.cuh>
constexpr int T = 16;
extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float as[T][T], bs[T][T];
  int row = blockIdx.y * T + threadIdx.y, col = blockIdx.x * T + threadIdx.x;
  float s = 0;
  for (int k0 = 0; k0 < k; k0 += T) {
    as[threadIdx.y][threadIdx.x] = row < m && k0 + threadIdx.x < k ? a[row * k + k0 + threadIdx.x] : 0;
    bs[threadIdx.y][threadIdx.x] = col < n && k0 + threadIdx.y < k ? b[(k0 + threadIdx.y) * n + col] : 0;
    __syncthreads();
    for (int l = 0; l < T; l++) s += as[threadIdx.y][l] * bs[l][threadIdx.x];
  }
  if (row < m && col < n) c[row * n + col] = s;
}
void launch(Plan& plan, const Problem& p) { plan.run("tiled_matmul", dim3(cdiv(p.n, T), cdiv(p.m, T)), dim3(T, T)); }
