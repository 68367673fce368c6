// mutant: x * (x > 0): -inf * 0 is NaN
// refused: case infinities
// refused: pattern nan
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = x[i] * static_cast<float>(x[i] > 0.0f);
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK), BLOCK); }
