// mutant: the Triton habit other = 0: a 0 that nobody loaded takes part in every maximum
// refused: case all-negative
// refused: pattern all-zero
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) z[i] = fmaxf(fmaxf(0.0f, x[i]), y[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK), BLOCK); }
