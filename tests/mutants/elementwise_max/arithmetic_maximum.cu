// mutant: (x + y + |x - y|) / 2: inf - inf is NaN
// refused: case infinities
// refused: pattern nan
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) z[i] = 0.5f * (x[i] + y[i] + fabsf(x[i] - y[i]));
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK), BLOCK); }
