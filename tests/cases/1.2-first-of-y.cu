// case: y[0] for every i: what zeros in one case look like is not claimed
// exercise: 1.2
// verdict: fail
// never says: the larger of
// never says: signed-zeros: zeros
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) z[i] = fmaxf(x[i], y[0]);
}
void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK), BLOCK); }
