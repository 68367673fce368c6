// mutant: a grid of one block
// refused: case tail
// refused: case large
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", 1, BLOCK); }
