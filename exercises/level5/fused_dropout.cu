// 5.3 Fused dropout: y[i] = x[i] / (1 - p) where rand(seed, i) > p, else 0; 0 <= i < n.
//
// rand(seed, offset) is in the header, and gives bit for bit what tl.rand(seed, offset) gives in Triton: a uniform
// number in [0, 1) made from its two arguments alone. So the mask is never stored. p = 1 must give zeros, not NaN.
//
//   Triton:  keep = tl.rand(seed, offsets) > p
//            tl.store(y + offsets, tl.where(keep, x / (1 - p), 0.0), mask=mask)
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  // TODO: keep or drop, from a number that belongs to element i whatever BLOCK is.
  // TODO: scale what is kept, so that the expected value stays what it was.
  if (i < n) y[i] = x[i];
}

void launch(Plan& plan, const Problem& p) {
  plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
