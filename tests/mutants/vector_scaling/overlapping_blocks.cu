// mutant: the launch has BLOCK = 256 threads, the index steps by 128: half of the grid repeats the other's work
// refused: case tail
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * (BLOCK / 2) + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
