// mutant: the index goes through float: at a GPU's size it skips elements
// refused: case large
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int first = static_cast<int>(static_cast<float>(blockIdx.x) * (BLOCK * EACH) + threadIdx.x);
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

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK * EACH), BLOCK); }
