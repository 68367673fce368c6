// case: a barrier in a loop that threads go round a different number of times
// exercise: 3.2
// verdict: fail
// finding: barrier 13
// says: at the __syncthreads() of line 13
// says: all or none must reach it
#include <tritutor.cuh>
// __syncthreads() in a loop whose trip count differs from thread to thread
extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  __shared__ float s[256];
  const float* r = x + (size_t)blockIdx.x * n;
  s[threadIdx.x] = 0;
  for (int j = threadIdx.x; j < n; j += 256) { s[threadIdx.x] += r[j]; __syncthreads(); }
  __syncthreads();
  for (int h = 128; h; h /= 2) { if (threadIdx.x < h) s[threadIdx.x] += s[threadIdx.x + h]; __syncthreads(); }
  for (int j = threadIdx.x; j < n; j += 256) y[(size_t)blockIdx.x * n + j] = r[j] / s[0];
}
void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, 256); }
