// case: tiles numbered in one dimension: no step from block to block is the same everywhere, and all are there
// exercise: 3.1
// verdict: pass
// never says: ever written
#include <tritutor.cuh>
constexpr int TILE = 32;
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  __shared__ float tile[TILE][TILE + 1];
  const int across = cdiv(n, TILE), row = blockIdx.x / across * TILE, column = blockIdx.x % across * TILE;
  for (int r = threadIdx.y; r < TILE; r += 8) {
    if (row + r < m && column + threadIdx.x < n) tile[r][threadIdx.x] = a[(row + r) * n + column + threadIdx.x];
  }
  __syncthreads();
  for (int r = threadIdx.y; r < TILE; r += 8) {
    if (column + r < n && row + threadIdx.x < m) b[(column + r) * m + row + threadIdx.x] = tile[threadIdx.x][r];
  }
}
void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", cdiv(p.n, TILE) * cdiv(p.m, TILE), dim3(TILE, 8));
}
