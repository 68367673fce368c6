// mutant: n / BLOCK blocks (at least one): nobody makes the tail
// refused: case block-plus-one
// refused: case tail
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", max(p.n / BLOCK, 1), BLOCK); }
