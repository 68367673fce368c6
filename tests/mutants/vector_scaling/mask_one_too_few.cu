// mutant: the mask is i < n - 1: the last element is never made
// refused: case block-minus-one
// refused: case one
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x;
  float v[EACH];
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n - 1) v[j] = x[i];
  }
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n - 1) y[i] = alpha * v[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK * EACH), BLOCK); }
