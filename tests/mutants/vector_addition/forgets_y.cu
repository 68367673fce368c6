// mutant: z = x: the second vector is never added
// refused: case one-block
// refused: pattern equals-input
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_addition(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;  // Triton: pid * BLOCK + tl.arange(0, BLOCK)
  if (i < n) z[i] = x[i];                          // Triton: mask = offsets < n
}

void launch(Plan& plan, const Problem& p) {
  plan.run("vector_addition", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
