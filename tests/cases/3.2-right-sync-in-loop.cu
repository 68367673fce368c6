// case: a barrier in a loop that all threads go round equally often
// exercise: 3.2
// verdict: pass
// never says: note:
#include <tritutor.cuh>
extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  __shared__ float s[256];
  const float* r = x + (size_t)blockIdx.x * n;
  s[threadIdx.x] = 0;
  for (int k = 0; k < n; k += 256) {  // equally often for every thread
    const int j = k + threadIdx.x;
    if (j < n) s[threadIdx.x] += r[j];
    __syncthreads();
  }
  __syncthreads();
  for (int h = 128; h; h /= 2) { if (threadIdx.x < h) s[threadIdx.x] += s[threadIdx.x + h]; __syncthreads(); }
  for (int j = threadIdx.x; j < n; j += 256) y[(size_t)blockIdx.x * n + j] = r[j] / s[0];
}
void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, 256); }
