// case: a first step fills the output, a second one adds to it: written by two steps, and by one block each
// exercise: 1.1
// verdict: fail
// says: RIGHT, NOT FAST ENOUGH 1.1 Vector scaling
// never says: more than one block
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = 0;
}
extern "C" __global__ void add(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] += alpha * x[i];
}
void launch(Plan& plan, const Problem& p) {
  plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK);
  plan.run("add", cdiv(p.n, BLOCK), BLOCK);
}
