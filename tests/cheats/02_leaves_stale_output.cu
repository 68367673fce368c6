// mutant: stores only in its first run, and lets the output's memory hold what it held
// exercise: 1.1
// refused: pattern never-written
#include <tritutor.cuh>

__device__ unsigned blocks_done;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const unsigned before = threadIdx.x == 0 ? atomicAdd(&blocks_done, 1u) : 0;
  if (__syncthreads_or(before >= gridDim.x)) return;
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
