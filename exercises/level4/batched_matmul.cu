// 4.3 Batched matrix product: C[z] = A[z] B[z], 0 <= z < batch; each A[z] is m x k, each B[z] is k x n, and the
// matrices of a batch lie one after the other.
//
// The third dimension of the grid is free: blockIdx.z can say which product a block works on. How far is it from one
// matrix to the next, in a, in b and in c? Make that offset in 64 bits: the batch may hold more than 2^31 elements.
//
//   Triton:  pid_batch = tl.program_id(2)
//            a_ptr += pid_batch.to(tl.int64) * stride_ab
#include <tritutor.cuh>

constexpr int TILE = 16;

extern "C" __global__ void batched_matmul(const float* a, const float* b, float* c, int batch, int m, int n, int k) {
  const int row = blockIdx.y * TILE + threadIdx.y;
  const int col = blockIdx.x * TILE + threadIdx.x;
  // TODO: move a, b and c to this block's matrices.

  float sum = 0.0f;
  // TODO: the product, as in 4.1.
  if (row < m && col < n) c[row * n + col] = sum;
}

void launch(Plan& plan, const Problem& p) {
  // TODO: this grid covers one product. Give it its third dimension.
  plan.run("batched_matmul", dim3(cdiv(p.n, TILE), cdiv(p.m, TILE)), dim3(TILE, TILE));
}
