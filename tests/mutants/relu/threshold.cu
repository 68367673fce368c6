// mutant: positive means above 1e-30: denormals are dropped
// refused: case denormals
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = x[i] > 1e-30f ? x[i] : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK), BLOCK); }
