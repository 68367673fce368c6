// case: the mean is not subtracted
// exercise: 5.1
// verdict: fail
// says: Each row is shifted by an amount of its own
#include <tritutor.cuh>
extern "C" __global__ void layer_normalization(const float* x, const float* gamma, const float* beta, float* y, int m, int n) {
  const float* r = x + blockIdx.x * n; float s = 0, q = 0;
  for (int j = threadIdx.x; j < n; j += 256) s += r[j];
  s = tutor::block_sum(s) / n;
  for (int j = threadIdx.x; j < n; j += 256) q += (r[j] - s) * (r[j] - s);
  q = tutor::block_sum(q) / n;
  for (int j = threadIdx.x; j < n; j += 256) y[blockIdx.x * n + j] = r[j] * rsqrtf(q + 1e-5f) * gamma[j] + beta[j];
}
void launch(Plan& plan, const Problem& p) { plan.run("layer_normalization", p.m, 256); }
