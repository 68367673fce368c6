// 3.1 Matrix transpose: b[j,i] = a[i,j], a is m x n, b is n x m.
//
// A warp that reads along a row of `a` would have to write down a column of `b`: 32 separate lines of memory for 32
// numbers. So a block carries a 32 x 32 tile through shared memory: it reads rows, and it writes rows, and the turn
// happens in between, where any order is cheap.
//
// To notice:
// - The block's place is swapped for the write, the thread's is not: threadIdx.x runs along a row both times.
// - The tile is 33 wide. Reading a column of a 32-wide tile would hit one of the 32 banks 32 times; with one element of
//   padding the column lies across all of them.
// - 8 rows of threads take 4 rows of the tile each: index arithmetic is shared, and four loads are in flight at once.
#include <tritutor.cuh>

constexpr int TILE = 32;
constexpr int ROWS = 8;

extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  __shared__ float tile[TILE][TILE + 1];

  const int j = blockIdx.x * TILE + threadIdx.x;  // column of a
  for (int r = 0; r < TILE; r += ROWS) {
    const int i = blockIdx.y * TILE + r + threadIdx.y;
    if (i < m && j < n) tile[r + threadIdx.y][threadIdx.x] = a[i * n + j];
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
