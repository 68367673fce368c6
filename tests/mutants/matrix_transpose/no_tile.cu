// mutant: no tile: a warp reads along a row of a and writes down a column of b
// refused: slow sectors-per-request
#include <tritutor.cuh>

constexpr int TILE = 32;
constexpr int ROWS = 8;

extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int j = blockIdx.x * TILE + threadIdx.x, i = blockIdx.y * ROWS + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}

void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.n, TILE), cdiv(p.m, ROWS)), dim3(TILE, ROWS));
}
