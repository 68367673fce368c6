// mutant: at most 65535 blocks: at a GPU's size there are too few
// refused: case large
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 1;  // elements a thread

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x;
  float v[EACH];
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) v[j] = x[i];
  }
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) y[i] = alpha * v[j];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", min(cdiv(p.n, BLOCK * EACH), 65535), BLOCK); }
