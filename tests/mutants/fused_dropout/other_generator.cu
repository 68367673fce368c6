// mutant: a hash of its own in place of Philox
// refused: case half
// refused: case tail
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= n) return;
  const bool keep = ((seed * 747796405u + i) * 2891336453u >> 8) * 0x1p-24f > p;
  y[i] = keep ? x[i] / (1.0f - p) : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
