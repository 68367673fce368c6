// mutant: only positive inputs are stored: the others keep what y held
// refused: case all-negative
// refused: case tail
// refused: pattern partly-unwritten
// refused: pattern never-written
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n && x[i] > 0.0f) y[i] = x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK), BLOCK); }
