// case: the vector from its end: infinities in one case are no cause
// exercise: 1.1
// verdict: fail
// says: stand in reverse order
// never says: NaN
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[n - 1 - i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
