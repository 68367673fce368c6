// case: a grid of 2^31 - 1 blocks, all but a few with nothing to do
// exercise: 1.1
// verdict: fail
// says: has 2147483647 blocks of 1024 threads, of which only 1 has work there
// never says: Which variable should grow
// exercise 1.1: a grid of 2^31-1 blocks, all but a few with nothing to do
#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const long long i = blockIdx.x * 1024ll + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", 2147483647, 1024); }
