// case: the mask of the next element
// exercise: 5.3
// verdict: fail
// says: The mask is that of the element after it
// never says: in a set of
// never says: The mask repeats
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = rand(seed, i + 1) > p ? x[i] / (1 - p) : 0.f;
}
void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK), BLOCK); }
