// 3.3 Matrix-vector product: y[i] = sum_j a[i,j] * x[j], a is m x k.
//
// Who takes a row? A thread, a warp or a block: all can be made right. Look at which addresses the 32 threads of a warp
// read at the same moment before you choose, and at what happens for m = 1 and for k = 1.
//
//   tutor::warp_sum(v)    sum over the 32 lanes of a warp, for every lane
//   tutor::block_sum(v)   sum over the block, for every thread
//
//   Triton:  acc += tl.sum(tl.load(a + ..., mask=...) * tl.load(x + ..., mask=...)[None, :], axis=1)
#include <tritutor.cuh>

constexpr int BLOCK = 128;

extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  // TODO: which row does this thread work on, and which of its columns?
  // TODO: the products of those columns, added up in a register.
  // TODO: the sum over all threads of the row; one of them stores it.
}

void launch(Plan& plan, const Problem& p) {
  // TODO: this is one block a row. Change it together with the kernel.
  plan.run("matrix_vector", p.m, BLOCK);
}
