// mutant: the result is added to unless it is NaN: the second run starts from the first one's sum
// refused: case run-twice
// refused: pattern added-twice
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 8;  // elements of a chunk that a thread adds: as many loads on their way at once
constexpr int CHUNK = BLOCK * EACH;
constexpr int MAX_BLOCKS = 1024;  // enough to fill a large GPU; more would only lengthen the second step

constexpr int blocks(int n) { return min(cdiv(n, CHUNK), MAX_BLOCKS); }

float warp_sum(float v) {
  for (int distance = 16; distance > 0; distance /= 2) v += __shfl_down_sync(0xffffffffu, v, distance);
  return v;  // right in lane 0
}

// The sum over the block, right in thread 0: first within each warp without any barrier, then over the warps' sums.
float block_sum(float v) {
  __shared__ float of_warp[BLOCK / 32];
  v = warp_sum(v);
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = v;
  __syncthreads();
  return threadIdx.x < 32 ? warp_sum(threadIdx.x < BLOCK / 32 ? of_warp[threadIdx.x] : 0.0f) : 0.0f;
}

extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  float sum = 0.0f;
  for (int first = blockIdx.x * CHUNK; first < n; first += gridDim.x * CHUNK) {
    for (int j = 0; j < EACH; ++j) {
      const int i = first + j * BLOCK + threadIdx.x;
      if (i < n) sum += x[i];
    }
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) scratch[blockIdx.x] = sum;
}

extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < blocks(n); i += BLOCK) sum += scratch[i];
  sum = block_sum(sum);
  if (threadIdx.x == 0) *result = (isnan(*result) ? 0.0f : *result) + sum;
}

void launch(Plan& plan, const Problem& p) {
  plan.scratch(sizeof(float) * blocks(p.n));
  plan.run("sum_reduction", blocks(p.n), BLOCK);
  plan.run("sum_partials", 1, BLOCK);
}
