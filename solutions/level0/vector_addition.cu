// 0.1 Vector addition: z = x + y.
//
// One thread makes one element. Neighbouring threads touch neighbouring elements, so the 32 loads of a warp are one
// request for 128 contiguous bytes. The last block may reach past n: its surplus threads are masked off.
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void vector_addition(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;  // Triton: pid * BLOCK + tl.arange(0, BLOCK)
  if (i < n) z[i] = x[i] + y[i];                   // Triton: mask = offsets < n
}

void launch(Plan& plan, const Problem& p) {
  plan.run("vector_addition", cdiv(p.n, BLOCK), BLOCK);  // Triton: grid = (triton.cdiv(n, BLOCK),)
}
