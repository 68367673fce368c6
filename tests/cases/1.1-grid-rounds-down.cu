// case: n / BLOCK blocks: none for n = 1
// exercise: 1.1
// verdict: error
// says: the grid has no blocks in x; n = 1 here, and / rounds down: cdiv(a, b) rounds up
#include <tritutor.cuh>
constexpr int BLOCK = 256;
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", p.n / BLOCK, BLOCK); }
