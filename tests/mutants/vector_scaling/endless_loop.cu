// mutant: a grid-stride loop that never moves on
// refused: finding timeout
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  for (int j = i; j < n;) y[j] = alpha * reinterpret_cast<const volatile float*>(x)[j];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
