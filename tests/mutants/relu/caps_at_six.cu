// mutant: min(x, 6) on top, as in ReLU6: infinity does not pass
// refused: case infinities
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
    if (i < n) y[i] = fminf(6.0f, fmaxf(0.0f, v[j]));
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK * EACH), BLOCK); }
