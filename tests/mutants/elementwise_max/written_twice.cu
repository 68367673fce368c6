// mutant: twice the blocks, and the block number wraps: at a GPU's size everything is written twice
// refused: case large
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int first = blockIdx.x % (gridDim.x / 2) * (BLOCK * EACH) + threadIdx.x;
  float larger[EACH];
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) larger[j] = fmaxf(x[i], y[i]);
  }
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) z[i] = larger[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", 2 * cdiv(p.n, BLOCK * EACH), BLOCK); }
