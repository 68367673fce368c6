// 1.1 Vector scaling: y = alpha x.
//
// To notice: the arithmetic is free. One multiplication for eight bytes moved is so little that the kernel runs exactly
// as fast as memory can be read and written, and all it has to do is to ask for memory in whole, contiguous pieces.
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
