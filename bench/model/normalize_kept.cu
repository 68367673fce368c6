// 3.2 with the row kept between its two walks: in registers (KEEP = 0) or in shared memory (KEEP = 1).
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int KEEP = 0;
constexpr int MOST = 4096;  // of a row, as far as it is kept

extern "C" __global__ void row_normalization(const float* x, float* y, int m, int n) {
  __shared__ float kept[KEEP ? MOST : 1];
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;
  float own[MOST / BLOCK];
  float sum = 0.0f;
#pragma unroll
  for (int e = 0; e < MOST / BLOCK; ++e) {
    const int j = e * BLOCK + threadIdx.x;
    const float v = j < n ? row[j] : 0.0f;
    (KEEP ? kept[j] : own[e]) = v;
    sum += v;
  }
  for (int j = MOST + threadIdx.x; j < n; j += BLOCK) sum += row[j];
  const float inverse = tutor::block_sum(sum);
#pragma unroll
  for (int e = 0; e < MOST / BLOCK; ++e) {
    const int j = e * BLOCK + threadIdx.x;
    if (j < n) out[j] = (KEEP ? kept[j] : own[e]) / inverse;
  }
  for (int j = MOST + threadIdx.x; j < n; j += BLOCK) out[j] = row[j] / inverse;
}

void launch(Plan& plan, const Problem& p) { plan.run("row_normalization", p.m, BLOCK); }
