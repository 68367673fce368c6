// mutant: only 16 bits of the seed are used
// refused: case large-seed
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= n) return;
  const bool keep = rand(seed & 0xffff, i) > p;
  y[i] = keep ? x[i] / (1.0f - p) : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
