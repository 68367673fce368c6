// case: threads past the end return before a barrier, which does not wait for them: right, and worth a note
// exercise: 1.1
// verdict: pass
// says: threads 1 to 255 returned before the __syncthreads() of line 11; keep them until the last barrier
#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  __shared__ float tile[256];
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i >= n) return;
  tile[threadIdx.x] = x[i];
  __syncthreads();
  y[i] = alpha * tile[threadIdx.x];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
