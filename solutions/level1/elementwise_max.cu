// 1.2 Elementwise maximum: z = max(x, y).
//
// To notice:
// - No made-up value takes part. Where there is no element there is no load and no store, so there is no "other" that
//   could win against two negative numbers.
// - fmaxf is one instruction and knows infinities; a branch is not needed.
// - Loads first, stores after, four elements a thread: see 1.1.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;  // elements a thread

extern "C" __global__ void elementwise_max(const float* x, const float* y, float* z, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x;
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

void launch(Plan& plan, const Problem& p) { plan.run("elementwise_max", cdiv(p.n, BLOCK * EACH), BLOCK); }
