// mutant: n is divided rounding down (at least one block): nobody makes the tail
// refused: case tail
// refused: pattern partly-unwritten
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void relu(const float* x, float* y, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x;
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

void launch(Plan& plan, const Problem& p) { plan.run("relu", max(p.n / (BLOCK * EACH), 1), BLOCK); }
