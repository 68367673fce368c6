// case: a parameter is missing, which is why its name is unknown in the body
// exercise: 1.1
// verdict: error
// says: vector_scaling has other parameters than this exercise's
// says: expected extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n)
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
