// case: half a tile is never written; the value goes through shared memory and scratch into a second kernel
// exercise: 2.1
// verdict: fail
// finding: uninitialized 25
// says: result[0] is given an undefined value: it comes from sums[
// says: (shared), which nobody wrote, read in line 16 of sum_reduction
// never says: it comes from scratch
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float sums[BLOCK];
  int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) sums[threadIdx.x] = x[i];
  __syncthreads();
  for (int h = BLOCK / 2; h > 0; h /= 2) {
    if (threadIdx.x < h) sums[threadIdx.x] += sums[threadIdx.x + h];
    __syncthreads();
  }
  if (threadIdx.x == 0) scratch[blockIdx.x] = sums[0];
}
extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float s = 0;
  for (int i = threadIdx.x; i < cdiv(n, BLOCK); i += BLOCK) s += scratch[i];
  s = tutor::block_sum(s);
  if (threadIdx.x == 0) *result = s;
}
void launch(Plan& plan, const Problem& p) {
  plan.scratch(4 * cdiv(p.n, BLOCK));
  plan.run("sum_reduction", cdiv(p.n, BLOCK), BLOCK);
  plan.run("sum_partials", 1, BLOCK);
}
