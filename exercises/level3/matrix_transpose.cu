// 3.1 Matrix transpose: b[j,i] = a[i,j], a is m x n, b is n x m; both lie row by row in memory.
//
// A two-dimensional grid: blockIdx.x counts tiles along a row of a, blockIdx.y down its rows. First get it right with
// one load and one store a thread. Then think of what a warp does: threadIdx.x runs along a row of a, so its 32 loads
// lie together; where do its 32 stores lie? A tile in shared memory lets both run along rows:
//
//   read rows of a into tile[32][33]   ->   __syncthreads()   ->   write rows of b out of the tile's columns
//
//   Triton:  tile = tl.load(a + i[:, None] * n + j[None, :], mask=...)
//            tl.store(b + j[:, None] * m + i[None, :], tl.trans(tile), mask=...)
#include <tritutor.cuh>

constexpr int TILE = 32;

extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int i = blockIdx.y * TILE + threadIdx.y;  // row of a
  const int j = blockIdx.x * TILE + threadIdx.x;  // column of a
  // TODO: a's element (i, j) becomes b's element (j, i). How long is a row of a, and how long a row of b?
  if (i < m && j < n) b[i * n + j] = a[i * n + j];
}

void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE)), dim3(TILE, TILE));
}
