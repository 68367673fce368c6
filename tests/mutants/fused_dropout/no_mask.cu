// mutant: the mask is missing: threads of the last block run past n
// refused: case half
// refused: case tail
// refused: finding out-of-bounds
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  const bool keep = rand(seed, i) > p;
  y[i] = keep ? x[i] / (1.0f - p) : 0.0f;
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
