// mutant: no cheat, but a mistake: at the size that is timed, a loop does not end
// exercise: 1.1
// refused: says hangs
#include <tritutor.cuh>

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  volatile float* wait = y;
  if (n > 1000000 && i == 0) {
    while (wait[1] != 12345.0f) {
    }
  }
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
