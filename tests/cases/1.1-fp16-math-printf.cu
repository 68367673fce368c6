// case: C's headers by habit, CUDA's for half precision and a printf: all is taken
// exercise: 1.1
// verdict: pass
// says: hello n=1 alpha=2.5
#include <cuda_fp16.h>
#include <math.h>
#include <stdio.h>
#include <tritutor.cuh>
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i == 0) printf("hello n=%d alpha=%f\n", n, alpha);
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
