// case: block sums over 100 threads, which are no whole warps
// exercise: 2.3
// verdict: fail
// finding: assertion 14
// says: the block has whole warps: a multiple of 32 threads
#include <tritutor.cuh>
constexpr int BLOCK = 100;
extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* row = x + (size_t)blockIdx.x * n;
  float* out = y + (size_t)blockIdx.x * n;
  float largest = -INFINITY;
  for (int j = threadIdx.x; j < n; j += BLOCK) largest = fmaxf(largest, row[j]);

  largest = tutor::block_max(largest);
  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) sum += expf(row[j] - largest);
  sum = tutor::block_sum(sum);
  for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = expf(row[j] - largest) / sum;
}
void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, BLOCK); }
