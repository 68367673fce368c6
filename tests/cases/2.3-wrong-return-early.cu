// case: threads past the end return before the block sums, which need them
// exercise: 2.3
// verdict: fail
// says: returned in line 8 before this shuffle
#include <tritutor.cuh>
extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* row = x + blockIdx.x * n; float* out = y + blockIdx.x * n;
  if (threadIdx.x >= n) return;
  float mx = 0;
  for (int j = threadIdx.x; j < n; j += 256) mx = fmaxf(mx, row[j]);
  mx = tutor::block_max(mx);
  float s = 0;
  for (int j = threadIdx.x; j < n; j += 256) s += expf(row[j] - mx);
  s = tutor::block_sum(s);
  for (int j = threadIdx.x; j < n; j += 256) out[j] = expf(row[j] - mx) / s;
}
void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, 256); }
