// mutant: n / BLOCK blocks (at least one): nobody makes the tail
// refused: case tail
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) z[i] = fmaxf(x[i], y[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", max(p.n / BLOCK, 1), BLOCK); }
