// mutant: the sum goes into x, through a cast
// refused: case one-block
// refused: finding read-only-write
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_addition(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;     // Triton: pid * BLOCK + tl.arange(0, BLOCK)
  if (i < n) const_cast<float*>(x)[i] = x[i] + y[i];  // Triton: mask = offsets < n
}

void launch(Plan& plan, const Problem& p) {
  plan.run("vector_addition", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
