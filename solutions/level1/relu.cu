// 1.3 ReLU: y = max(0, x).
//
// To notice:
// - The comparison selects, it does not calculate. Nothing is multiplied by a 0/1 mask, so an infinity cannot become
//   inf * 0 = NaN, and the smallest denormal comes through with all its bits.
// - Every element is stored, the zeros too: y does not start out as zeros.
// - Loads first, stores after, four elements a thread: see 1.1.
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

void launch(Plan& plan, const Problem& p) { plan.run("relu", cdiv(p.n, BLOCK * EACH), BLOCK); }
