// 1.1 with EACH elements a thread, BLOCK apart (STRETCH = 0) or side by side (STRETCH = 1); one after the other, or
// loads first (FIRST = 1).
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 1;
constexpr int STRETCH = 0;
constexpr int FIRST = 0;

extern "C" __global__ void vector_scaling(const float* x, float* y, float alpha, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x * (STRETCH ? EACH : 1);
  constexpr int STEP = STRETCH ? 1 : BLOCK;
  if (FIRST) {
    float v[EACH];
    for (int j = 0; j < EACH; ++j)
      if (first + j * STEP < n) v[j] = x[first + j * STEP];
    for (int j = 0; j < EACH; ++j)
      if (first + j * STEP < n) y[first + j * STEP] = alpha * v[j];
  } else {
#pragma unroll 1
    for (int j = 0; j < EACH; ++j)
      if (first + j * STEP < n) y[first + j * STEP] = alpha * x[first + j * STEP];
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("vector_scaling", cdiv(p.n, BLOCK * EACH), BLOCK); }
