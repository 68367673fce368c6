// 1.2 Elementwise maximum: z[i] = max(x[i], y[i]), 0 <= i < n. No input is NaN.
//
// Two inputs, one output, one thread an element. Both numbers may be negative, or infinite: whatever you start a
// comparison from must not be able to win it.
//
//   Triton:  a = tl.load(x + offsets, mask=mask)
//            b = tl.load(y + offsets, mask=mask)
//            tl.store(z + offsets, tl.maximum(a, b), mask=mask)
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  // TODO: this thread's index i, and the mask.
  // TODO: the larger of x[i] and y[i] goes to z[i]. CUDA has fmaxf(a, b) for it; so does a ? :.
}

void launch(Plan& plan, const Problem& p) {
  plan.run("elementwise_max", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
