// 1.1 with neighbouring lanes STRIDE elements apart; the elements between are made by blocks that come much later.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int STRIDE = 2;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int part = cdiv(cdiv(n, STRIDE), BLOCK) * BLOCK, t = blockIdx.x * BLOCK + threadIdx.x;
  const int i = t % part * STRIDE + t / part;
  if (i < n) y[i] = alpha * x[i];
}

void launch(Plan& plan, const Problem& p) {
  plan.run("vector_scaling", cdiv(cdiv(p.n, STRIDE), BLOCK) * STRIDE, BLOCK);
}
