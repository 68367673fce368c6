// case: blocks that take their part in an order of their own cover the output all the same
// exercise: 1.1
// verdict: pass
// never says: ever written
#include <tritutor.cuh>
constexpr int BLOCK = 256;
// Neighbouring blocks take parts that are far apart: an odd multiple of the block number, modulo their count.
extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const unsigned part = gridDim.x % 2 == 0 && (gridDim.x & (gridDim.x - 1)) == 0 ? blockIdx.x * 40503u % gridDim.x : blockIdx.x;
  const int i = part * BLOCK + threadIdx.x;
  if (i < n) y[i] = alpha * x[i];
}
void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK), BLOCK); }
