// case: exp2f in place of expf
// exercise: 2.3
// verdict: fail
// says: Is it exp2f in place of expf?
#include <tritutor.cuh>
extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* r = x + blockIdx.x * n; float* o = y + blockIdx.x * n;
  float mx = -INFINITY; for (int j = threadIdx.x; j < n; j += 256) mx = fmaxf(mx, r[j]); mx = tutor::block_max(mx);float s = 0; for (int j = threadIdx.x; j < n; j += 256) s += exp2f(r[j] - mx); s = tutor::block_sum(s);for (int j = threadIdx.x; j < n; j += 256) o[j] = exp2f(r[j] - mx) / s;
}
void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, 256); }
