// mutant: counts its launches: right in the first, half of the work in every later one
// exercise: 1.1
// refused: pattern never-written
#include <tritutor.cuh>

__device__ unsigned blocks_done;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  __shared__ bool first;
  if (threadIdx.x == 0) first = atomicAdd(&blocks_done, 1u) < gridDim.x;
  __syncthreads();
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n && (first || i < n / 2)) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
