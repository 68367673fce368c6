// case: shared memory used again without a barrier; its name is s, which is no short
// exercise: 3.2
// verdict: fail
// says: read s[
// never says: short[
#include <tritutor.cuh>
__shared__ float s[8];
__device__ float bsum(float v) { v = tutor::warp_sum(v); if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = v; __syncthreads(); float t = 0; for (int i = 0; i < 8; i++) t += s[i]; return t; }
extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  for (int row = blockIdx.x; row < m; row += gridDim.x) {
    float v = 0;
    for (int j = threadIdx.x; j < n; j += 256) v += x[(size_t)row * n + j];
    v = bsum(v);
    for (int j = threadIdx.x; j < n; j += 256) y[(size_t)row * n + j] = x[(size_t)row * n + j] / v;
  }
}
void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", min(p.m, 2), 256); }
