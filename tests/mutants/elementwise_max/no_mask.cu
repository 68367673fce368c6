// mutant: the mask is missing: threads of the last block run past n
// refused: case one
// refused: case tail
// refused: finding out-of-bounds
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  z[i] = fmaxf(x[i], y[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK), BLOCK); }
