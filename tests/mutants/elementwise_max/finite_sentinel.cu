// mutant: the running maximum starts at -1e30: two -inf give -1e30
// refused: case infinities
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) z[i] = fmaxf(fmaxf(-1e30f, x[i]), y[i]);
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK), BLOCK); }
