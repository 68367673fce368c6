// case: the sum is the warp's, not the block's
// exercise: 2.3
// verdict: fail
// says: each run of 32 columns is right up to a factor of its own
// says: block_sum
#include <tritutor.cuh>
extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* r = x + blockIdx.x * n; float* o = y + blockIdx.x * n;
  float mx = -INFINITY; for (int j = threadIdx.x; j < n; j += 256) mx = fmaxf(mx, r[j]); mx = tutor::block_max(mx);float s = 0; for (int j = threadIdx.x; j < n; j += 256) s += expf(r[j] - mx); s = tutor::warp_sum(s);for (int j = threadIdx.x; j < n; j += 256) o[j] = expf(r[j] - mx) / s;
}
void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, 256); }
