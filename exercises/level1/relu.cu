// 1.3 ReLU: y[i] = max(0, x[i]), 0 <= i < n.
//
// Select, do not calculate: every positive number comes out as it went in, denormals and infinity too, and everything
// else comes out as 0.
//
//   Triton:  tl.store(y + offsets, tl.maximum(x, 0.0), mask=mask)      or      tl.where(x > 0, x, 0.0)
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  // TODO: index, mask, and one comparison. This time from memory.
}

void launch(Plan& plan, const Problem& p) {
  plan.run("relu", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
