// case: the mask repeats from block to block
// exercise: 5.3
// verdict: fail
// says: the mask repeats
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = rand(seed, threadIdx.x) > p ? x[i] / (1 - p) : 0.f;
}
void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
