// case: alpha is added: with alpha = 0 it looks like a copy
// exercise: 1.1
// verdict: fail
// says: is x[i] + alpha
// never says: copy of x
// never says: Case zero-alpha
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha + x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
