// mutant: at most 8192 blocks, a block a row: at a GPU's size there are more rows
// refused: case large
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float largest = -INFINITY, sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) {
    const float v = row[j];
    if (v > largest) {
      sum *= expf(largest - v);  // 0 the first time: exp(-inf)
      largest = v;
    }
    sum += expf(v - largest);
  }

  const float row_largest = tutor::block_max(largest);
  const float row_sum = tutor::block_sum(sum > 0.0f ? sum * expf(largest - row_largest) : 0.0f);

  const float scale = 1.0f / row_sum;
  for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = expf(row[j] - row_largest) * scale;
}

void launch(Plan& plan, const Problem& p) { plan.run("softmax", min(p.m, 8192), BLOCK); }
