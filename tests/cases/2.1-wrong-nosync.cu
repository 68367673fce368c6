// case: a tree of sums without barriers
// exercise: 2.1
// verdict: fail
// finding: race 12
// says: is a __syncthreads() missing between the two?
// never says: is a __syncwarp() missing
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float sums[BLOCK];
  int i = blockIdx.x * BLOCK + threadIdx.x;
  sums[threadIdx.x] = i < n ? x[i] : 0;
  for (int h = BLOCK / 2; h > 0; h /= 2) { if (threadIdx.x < h) sums[threadIdx.x] += sums[threadIdx.x + h]; }
  if (threadIdx.x == 0) scratch[blockIdx.x] = sums[0];
}
extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float s = 0;
  for (int i = 0; i < cdiv(n, BLOCK); i++) s += scratch[i];
  if (threadIdx.x == 0) *result = s;
}
void launch(Plan& plan, const Problem& p) { plan.scratch(4 * cdiv(p.n, BLOCK)); plan.run("sum_reduction", cdiv(p.n, BLOCK), BLOCK); plan.run("sum_partials", 1, 1); }
