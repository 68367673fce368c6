// case: the capped grid done right: each block goes on where the last one ends
// exercise: 1.1
// verdict: pass
// never says: ever written
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  for (int i = blockIdx.x * BLOCK + threadIdx.x; i < n; i += gridDim.x * BLOCK) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", min(cdiv(p.n, BLOCK), 65535), BLOCK); }
