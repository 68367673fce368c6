// 3.2 Row normalization: y[i,j] = x[i,j] / sum_j x[i,j], x and y are m x n.
//
// The pattern of every normalization layer: one block takes one row, reduces it to a number that all its threads need,
// and walks the row once more to apply it.
//
//   Triton:  row = tl.load(x + i * n + columns, mask=columns < n, other=0.0)
//            tl.store(y + i * n + columns, row / tl.sum(row, axis=0), mask=columns < n)
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  // TODO: where row blockIdx.x begins, in x and in y.
  // TODO: this thread's share of the row's sum: columns threadIdx.x, threadIdx.x + BLOCK, ...
  // TODO: the whole row's sum, for every thread: tutor::block_sum(v).
  // TODO: the same columns again: divide and store.
}

void launch(Plan& plan, const Problem& p) {
  plan.run("row_normalization", p.m, BLOCK);  // Triton: grid = (m,)
}
