// mutant: alpha's sign is lost
// refused: case negative-alpha
// refused: pattern negated
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = fabsf(alpha) * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
