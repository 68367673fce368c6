// mutant: no cheat, but a mistake: 32 bits are too few for the bytes of the array, and the address lies far outside of it
// exercise: 1.1
// refused: says crashed
// refused: finding out-of-bounds
#include <tritutor.cuh>

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const int bytes = (int)(unsigned(i) * 128u);  // negative from element 2^24 on
  const long long at = bytes < 0 ? (long long)(unsigned)bytes * 1000 : i;
  y[at] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, 256), 256); }
