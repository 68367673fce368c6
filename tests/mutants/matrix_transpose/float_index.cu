// mutant: the index of what is read goes through float: at a GPU's size another element is read
// refused: case large
#include <tritutor.cuh>

constexpr int TILE = 32;
constexpr int ROWS = 8;

extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  __shared__ float tile[TILE][TILE + 1];

  const int j = blockIdx.x * TILE + threadIdx.x;  // column of a
  for (int r = 0; r < TILE; r += ROWS) {
    const int i = blockIdx.y * TILE + r + threadIdx.y;
    if (i < m && j < n) tile[r + threadIdx.y][threadIdx.x] = a[static_cast<int>(static_cast<float>(i) * n + j)];
  }
  __syncthreads();

  const int i = blockIdx.y * TILE + threadIdx.x;  // column of b
  for (int r = 0; r < TILE; r += ROWS) {
    const int row = blockIdx.x * TILE + r + threadIdx.y;
    if (row < n && i < m) b[row * m + i] = tile[threadIdx.x][r + threadIdx.y];
  }
}

void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE)), dim3(TILE, ROWS));
}
