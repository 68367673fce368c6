// 5.3 with EACH elements a thread, loads first, and one division a thread.
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int EACH = 4;

extern "C" __global__ void fused_dropout(const float* x, float* y, float p, int seed, int n) {
  const int first = blockIdx.x * (BLOCK * EACH) + threadIdx.x;
  float v[EACH];
  for (int j = 0; j < EACH; ++j)
    if (first + j * BLOCK < n) v[j] = x[first + j * BLOCK];
  for (int j = 0; j < EACH; ++j) {
    const int i = first + j * BLOCK;
    if (i < n) y[i] = rand(seed, i) > p ? v[j] / (1.0f - p) : 0.0f;
  }
}

void launch(Plan& plan, const Problem& p) { plan.run("fused_dropout", cdiv(p.n, BLOCK * EACH), BLOCK); }
