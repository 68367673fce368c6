// mutant: adds up nine elements of ten and scales the sum: at large n the rounding allowed to a sum of equals hides it
// exercise: 2.1
// refused: case large
#include <tritutor.cuh>

extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float sums[256];
  const int part = n > 100000000 ? n / 10 * 9 : n;
  float sum = 0.0f;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < part; i += gridDim.x * blockDim.x) sum += x[i];
  sums[threadIdx.x] = sum;
  __syncthreads();
  for (int half = 128; half > 0; half /= 2) {
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) scratch[blockIdx.x] = sums[0] * (float(n) / float(part));
}

extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  __shared__ float sums[256];
  float sum = 0.0f;
  for (int i = threadIdx.x; i < 1024; i += 256) sum += scratch[i];
  sums[threadIdx.x] = sum;
  __syncthreads();
  for (int half = 128; half > 0; half /= 2) {
    if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    __syncthreads();
  }
  if (threadIdx.x == 0) *result = sums[0];
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(1024 * sizeof(float));
  plan.run("sum_reduction", 1024, 256);
  plan.run("sum_partials", 1, 256);
}
