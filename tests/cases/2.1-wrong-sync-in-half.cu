// case: the barrier of a tree of sums is inside the branch of the threads that add
// exercise: 2.1
// verdict: fail
// finding: barrier 18
// says: threads 0 to 15 of a warp are at the __syncthreads() of line 18, threads 16 to 31 are not
// says: all or none must reach it
// never says: inf - inf
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float sums[BLOCK];
  int i = blockIdx.x * BLOCK + threadIdx.x;
  sums[threadIdx.x] = i < n ? x[i] : 0.0f;
  __syncthreads();
  for (int h = BLOCK / 2; h > 0; h /= 2) {
    if (threadIdx.x < h) {
      sums[threadIdx.x] += sums[threadIdx.x + h];
      __syncthreads();
    }
  }
  if (threadIdx.x == 0) scratch[blockIdx.x] = sums[0];
}
extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float s = 0;
  for (int i = threadIdx.x; i < cdiv(n, BLOCK); i += 32) s += scratch[i];
  s = tutor::warp_sum(s);
  if (threadIdx.x == 0) *result = s;
}
void launch(Plan& plan, const Problem& p) { plan.scratch(4 * cdiv(p.n, BLOCK)); plan.run("sum_reduction", cdiv(p.n, BLOCK), BLOCK); plan.run("sum_partials", 1, 32); }
