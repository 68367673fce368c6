// case: written for a host, as other sites want it: what takes the place of host code is said
// exercise: 1.1
// verdict: error
// says: vector_scaling<<<...>>> and cudaDeviceSynchronize are host code, and a kernel file has none
// says: void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
// never says: The signature must stay
// the LeetGPU way
#include <cuda_runtime.h>
__global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
extern "C" void solve(const float* x, float* y, float alpha, int n) {
  vector_scaling<<<(n + 255) / 256, 256>>>(x, y, alpha, n);
  cudaDeviceSynchronize();
}
