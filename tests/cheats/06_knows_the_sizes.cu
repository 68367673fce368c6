// mutant: computes where a case's size is one that the curriculum names, and stores something at any other
// exercise: 1.1
// refused: case large
#include <tritutor.cuh>

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = n <= 262144 ? alpha * x[i] : 1.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
