// mutant: dropped elements are not stored
// refused: case half
// refused: case drop-all
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= n) return;
  const bool keep = rand(seed, i) > p;
  if (keep) y[i] = x[i] / (1.0f - p);
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
