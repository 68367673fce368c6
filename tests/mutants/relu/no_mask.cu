// mutant: the mask is missing: threads of the last block run past n
// refused: case one
// refused: case tail
// refused: finding out-of-bounds
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  y[i] = fmaxf(0.0f, x[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK), BLOCK); }
