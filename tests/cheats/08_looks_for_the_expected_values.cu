// mutant: looks beside the output for memory that holds what is expected
// exercise: 1.1
// refused: case large
#include <tritutor.cuh>

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  // Behind the output, where a grader might have put them; its own first element tells whether it has.
  y[i] = y[n + 64] == alpha * x[0] ? y[n + 64 + i % 64] : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
