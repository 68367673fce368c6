// case: a kernel's closing brace is missing: said at the function that then begins within it
// exercise: 1.1
// verdict: error
// says: the one before it has not ended: is its closing '}' missing above line 11?
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
