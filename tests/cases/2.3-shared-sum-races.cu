// case: threads add to one shared float without an atomic: the race is the cause, not the factors
// exercise: 2.3
// verdict: fail
// finding: race 10
// never says: a factor of its own
// never says: No rule fits
#include <tritutor.cuh>
extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* r = x + blockIdx.x * n; float* o = y + blockIdx.x * n;
  __shared__ float s; if (threadIdx.x == 0) s = 0; __syncthreads();float mx = -INFINITY; for (int j = threadIdx.x; j < n; j += 256) mx = fmaxf(mx, r[j]); mx = tutor::block_max(mx);for (int j = threadIdx.x; j < n; j += 256) s += expf(r[j] - mx); __syncthreads();for (int j = threadIdx.x; j < n; j += 256) o[j] = expf(r[j] - mx) / s;
}
void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, 256); }
