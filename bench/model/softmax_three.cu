// 2.3 in three walks: maximum, sum, result. A block takes a row (ROWS = 1), or each of its warps does (ROWS = 8).
#include <tritutor.cuh>

constexpr int BLOCK = 256;
constexpr int ROWS = 1;
constexpr int LANES = BLOCK / ROWS;

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const int i = blockIdx.x * ROWS + threadIdx.x / LANES, lane = threadIdx.x % LANES;
  if (i >= m) return;
  const float* row = x + static_cast<long long>(i) * n;
  float* out = y + static_cast<long long>(i) * n;
  float largest = -INFINITY, sum = 0.0f;
  for (int j = lane; j < n; j += LANES) largest = fmaxf(largest, row[j]);
  largest = ROWS == 1 ? tutor::block_max(largest) : tutor::warp_max(largest);
  for (int j = lane; j < n; j += LANES) sum += expf(row[j] - largest);
  sum = ROWS == 1 ? tutor::block_sum(sum) : tutor::warp_sum(sum);
  for (int j = lane; j < n; j += LANES) out[j] = expf(row[j] - largest) / sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("softmax", cdiv(p.m, ROWS), BLOCK); }
