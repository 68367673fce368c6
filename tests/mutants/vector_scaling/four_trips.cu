// mutant: the product goes to scratch and back twice, where one trip through memory does
// refused: slow bytes-moved
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n, float* scratch) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) scratch[i] = alpha * x[i];
}

extern "C" __global__ void from_scratch(const float* x, float* y, float alpha, int n, float* scratch) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = scratch[i];
}

extern "C" __global__ void to_scratch(const float* x, float* y, float alpha, int n, float* scratch) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) scratch[i] = y[i];
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(4ull * p.n);
  plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK);
  plan.run("from_scratch", cdiv(p.n, BLOCK), BLOCK);
  plan.run("to_scratch", cdiv(p.n, BLOCK), BLOCK);
  plan.run("from_scratch", cdiv(p.n, BLOCK), BLOCK);
}
