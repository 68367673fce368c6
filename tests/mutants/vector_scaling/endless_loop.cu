// mutant: a grid-stride loop whose stride is one block short: with a single block it is 0
// refused: case one
// refused: finding timeout
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int stride = (gridDim.x - 1) * BLOCK;
  for (int i = blockIdx.x * BLOCK + threadIdx.x; i < n; i += stride) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK * EACH), BLOCK); }
