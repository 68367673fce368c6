// mutant: min(x, 6) on top, as in ReLU6: infinity does not pass
// refused: case infinities
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = fminf(6.0f, fmaxf(0.0f, x[i]));
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK), BLOCK); }
