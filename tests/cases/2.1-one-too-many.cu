// case: 1 is added to the sum: no case shows it by itself, all together do
// exercise: 2.1
// verdict: fail
// says: the result is 1 too large
// never says: rounding
#include <tritutor.cuh>
extern "C" __global__ void sum_reduction(const float* x, float* result, int n, float* scratch) {
  __shared__ float s[256];
  int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
  s[t] = i < n ? x[i] : 0.f;
  __syncthreads();
  for (int h = blockDim.x / 2; h > 0; h >>= 1) { if (t < h) s[t] += s[t + h]; __syncthreads(); }
  if (t == 0) scratch[blockIdx.x] = s[0];
}
extern "C" __global__ void second(const float* x, float* result, int n, float* scratch) {
  float v = 0;
  for (int i = threadIdx.x; i < cdiv(n, 256); i += 32) v += scratch[i];
  v = tutor::warp_sum(v);
  if (threadIdx.x == 0) *result = v + 1;
}
void launch(Plan& plan, const Problem& p) { plan.scratch(4 * cdiv(p.n, 256)); plan.run("sum_reduction", cdiv(p.n, 256), 256); plan.run("second", 1, 32); }
