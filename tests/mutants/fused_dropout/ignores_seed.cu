// mutant: the seed is not used: every seed gives the same mask
// refused: case seed-one
// refused: case seed-two
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= n) return;
  const bool keep = rand(0, i) > p;
  y[i] = keep ? x[i] / (1.0f - p) : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
