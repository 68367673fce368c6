// mutant: the block number is kept in 16 bits: at a GPU's size it wraps
// refused: case large
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 1;  // elements a thread

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int first = static_cast<unsigned short>(blockIdx.x) * (BLOCK * EACH) + threadIdx.x;
  float v[EACH];
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) v[j] = x[i];
  }
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) y[i] = fmaxf(0.0f, v[j]);
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK * EACH), BLOCK); }
