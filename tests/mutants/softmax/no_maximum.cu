// mutant: exp without subtracting the maximum: overflow
// refused: case plus-1e4
// refused: case mixed-1e4
// refused: pattern nan
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* row = x + static_cast<long long>(blockIdx.x) * n;
  float* out = y + static_cast<long long>(blockIdx.x) * n;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < n; j += BLOCK) {
    const float v = row[j];
    sum += expf(v);
  }

  const float row_largest = 0.0f;
  const float row_sum = tutor::block_sum(sum);

  const float scale = 1.0f / row_sum;
  for (int j = threadIdx.x; j < n; j += BLOCK) out[j] = expf(row[j] - row_largest) * scale;
}

void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.m, BLOCK); }
