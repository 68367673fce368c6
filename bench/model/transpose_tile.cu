// 3.1 by a tile in shared memory, with or without a padding column.
#include <tritutor.cuh>

constexpr int TILE = 32;
constexpr int ROWS = 8;
constexpr int PAD = 1;
constexpr int X = 32;  // threads along a row of the tile

extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  __shared__ float tile[TILE][TILE + PAD];
  for (int r = threadIdx.y; r < TILE; r += ROWS)
    for (int q = threadIdx.x; q < TILE; q += X) {
      const int i = blockIdx.y * TILE + r, j = blockIdx.x * TILE + q;
      if (i < m && j < n) tile[r][q] = a[i * n + j];
    }
  __syncthreads();
  for (int r = threadIdx.y; r < TILE; r += ROWS)
    for (int q = threadIdx.x; q < TILE; q += X) {
      const int row = blockIdx.x * TILE + r, i = blockIdx.y * TILE + q;
      if (row < n && i < m) b[row * m + i] = tile[q][r];
    }
}

void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE)), dim3(X, ROWS));
}
