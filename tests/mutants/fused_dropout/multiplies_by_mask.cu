// mutant: dropped elements are multiplied by 0: for p = 1 that is 0 * inf, NaN
// refused: case drop-all
// refused: pattern nan
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= n) return;
  const bool keep = rand(seed, i) > p;
  y[i] = static_cast<float>(keep) * x[i] * (1.0f / (1.0f - p));
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
