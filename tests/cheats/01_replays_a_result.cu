// mutant: keeps the first result in a __device__ variable and gives it again without work
// exercise: 2.1
// refused: case large
#include <tritutor.cuh>

__device__ float kept;
__device__ int runs;

extern "C" __global__ void sum_reduction(const float* x, float* result, int n) {
  __shared__ float sums[1024];
  if (runs == 0) {
    float sum = 0.0f;
    for (int i = threadIdx.x; i < n; i += blockDim.x) sum += x[i];
    sums[threadIdx.x] = sum;
    __syncthreads();
    for (int half = 512; half > 0; half /= 2) {
      if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
      __syncthreads();
    }
    if (threadIdx.x == 0) kept = sums[0];
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    *result = kept;
    runs = 1;
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("sum_reduction", 1, 1024); }
