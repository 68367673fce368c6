// 2.1 by a tree in shared memory. DIVERGENT = 1: neighbours first, so that ever fewer lanes of every warp work.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int DIVERGENT = 0;
constexpr int MAX_BLOCKS = 1 << 30;  // more elements than that many blocks have threads: a loop takes the rest

constexpr int blocks(int n) { return min(cdiv(n, BLOCK), MAX_BLOCKS); }

extern "C" __global__ void zero(const float* x, float* result, int n) { *result = 0.0f; }

extern "C" __global__ void sum_reduction(const float* x, float* result, int n) {
  __shared__ float part[BLOCK];
  const int t = threadIdx.x;
  float sum = 0.0f;
  for (long long i = static_cast<long long>(blockIdx.x) * BLOCK + t; i < n; i += static_cast<long long>(gridDim.x) * BLOCK)
    sum += x[i];
  part[t] = sum;
  __syncthreads();
  if (DIVERGENT) {
    for (int distance = 1; distance < BLOCK; distance *= 2) {
      if (t % (2 * distance) == 0) part[t] += part[t + distance];
      __syncthreads();
    }
  } else {
    for (int distance = BLOCK / 2; distance > 0; distance /= 2) {
      if (t < distance) part[t] += part[t + distance];
      __syncthreads();
    }
  }
  if (t == 0) atomicAdd(result, part[0]);
}

void launch(Plan& plan, const Problem& p) {
  plan.run("zero", 1, 1);
  plan.run("sum_reduction", blocks(p.n), BLOCK);
}
