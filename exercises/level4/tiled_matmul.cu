// 4.1 Tiled matrix product: C = A B in float arithmetic; A is m x k, B is k x n, C is m x n, all row by row.
//
// A thread that makes one element of C reads a row of A and a column of B; its neighbours read nearly the same. A block
// that carries TILE x TILE pieces of both into shared memory reads each element once for TILE outputs.
//
//   for each piece along k:   every thread loads one element of each piece   barrier
//                             every thread adds TILE products                barrier
//
//   Triton:  for k0 in range(0, k, BLOCK_K):
//                acc += tl.dot(tl.load(a_ptrs, mask=..., other=0.0), tl.load(b_ptrs, mask=..., other=0.0))
#include <tritutor.cuh>

constexpr int TILE = 16;

extern "C" __global__ void tiled_matmul(const float* a, const float* b, float* c, int m, int n, int k) {
  __shared__ float a_tile[TILE][TILE], b_tile[TILE][TILE];
  const int row = blockIdx.y * TILE + threadIdx.y;
  const int col = blockIdx.x * TILE + threadIdx.x;

  float sum = 0.0f;
  for (int k0 = 0; k0 < k; k0 += TILE) {
    // TODO: this thread's element of each piece. What goes into a piece where the matrix has ended?
    a_tile[threadIdx.y][threadIdx.x] = 0.0f;
    b_tile[threadIdx.y][threadIdx.x] = 0.0f;
    __syncthreads();
    // TODO: this is one product. A row of a_tile times a column of b_tile has TILE of them.
    sum += a_tile[threadIdx.y][0] * b_tile[0][threadIdx.x];
    __syncthreads();
  }

  if (row < m && col < n) c[row * n + col] = sum;
}

void launch(Plan& plan, const Problem& p) {
  // TODO: once it is right, let each thread make several outputs, and a block a larger tile.
  plan.run("tiled_matmul", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE)), dim3(TILE, TILE));
}
