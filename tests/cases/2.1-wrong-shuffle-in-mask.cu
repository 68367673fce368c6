// case: a shuffle that names the whole warp, in the branch of the threads that have an element
// exercise: 2.1
// verdict: fail
// finding: barrier 13
// says: its member mask 0xffffffff names
// says: which do not come to it: they are at the __syncthreads() of line 15
#include <tritutor.cuh>
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float of_warp[8];
  const int i = blockIdx.x * 256 + threadIdx.x;
  float v = 0.0f;
  if (threadIdx.x < 8) of_warp[threadIdx.x] = 0.0f;
  if (i < n) for (int d = 16; d > 0; d /= 2) v = (d == 16 ? x[i] : v) + __shfl_xor_sync(0xffffffffu, d == 16 ? x[i] : v, d);

  __syncthreads();
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = v;
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int w = 1; w < 8; ++w) v += of_warp[w];
    scratch[blockIdx.x] = v;
  }
}
extern "C" __global__ void sum_partials(const float* x, float* result, int n, float* scratch) {
  float s = 0;
  for (int i = threadIdx.x; i < cdiv(n, 256); i += 32) s += scratch[i];
  s = tutor::warp_sum(s);
  if (threadIdx.x == 0) *result = s;
}
void launch(Plan& plan, const Problem& p) {
  plan.scratch(4 * cdiv(p.n, 256));
  plan.run("sum_reduction", cdiv(p.n, 256), 256);
  plan.run("sum_partials", 1, 32);
}
