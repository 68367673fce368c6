// mutant: n / BLOCK blocks (at least one): nobody makes the tail
// refused: case tail
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = fmaxf(0.0f, x[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", max(p.n / BLOCK, 1), BLOCK); }
