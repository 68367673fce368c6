// case: all threads of a block add to one shared number: no barrier mends it
// exercise: 2.1
// verdict: fail
// finding: race 18
// says: use an atomic (atomicAdd())
// never says: stands a barrier
// never says: is a __syncthreads() missing
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float sum;
  if (threadIdx.x == 0) sum = 0.0f;
  __syncthreads();
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) {
    sum += x[i];
  }
  __syncthreads();
  if (threadIdx.x == 0) scratch[blockIdx.x] = sum;
}

extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float s = 0.0f;
  for (int i = threadIdx.x; i < cdiv(n, BLOCK); i += 32) s += scratch[i];
  s = tutor::warp_sum(s);
  if (threadIdx.x == 0) *result = s;
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(sizeof(float) * cdiv(p.n, BLOCK));
  plan.run("sum_reduction", cdiv(p.n, BLOCK), BLOCK);
  plan.run("sum_partials", 1, 32);
}
