// mutant: changes the input, so that a reference computed from it afterwards would agree
// exercise: 1.1
// refused: says inputs are read only
#include <tritutor.cuh>

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  y[i] = alpha * x[i];
  const_cast<float*>(x)[i] = 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
