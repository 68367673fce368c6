// mutant: a thread takes a row, so that a warp reads 32 rows at once, 4 bytes of each
// refused: slow sectors-per-request
#include <tritutor.cuh>

constexpr int BLOCK = 64;

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const int i = blockIdx.x * BLOCK + threadIdx.x;
  if (i >= m) return;
  const float* row = x + static_cast<long long>(i) * n;
  float* out = y + static_cast<long long>(i) * n;

  float largest = -INFINITY, sum = 0.0f;
  for (int j = 0; j < n; ++j) largest = fmaxf(largest, row[j]);
  for (int j = 0; j < n; ++j) sum += expf(row[j] - largest);
  for (int j = 0; j < n; ++j) out[j] = expf(row[j] - largest) / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("softmax", cdiv(p.m, BLOCK), BLOCK); }
