// mutant: the softmax runs down the columns
// refused: case thousand
#include <tritutor.cuh>

constexpr int BLOCK = 32;

extern "C" __global__ void softmax(const float* x, float* y, int m, int n) {
  const float* column = x + blockIdx.x;
  float* out = y + blockIdx.x;

  float largest = -INFINITY, sum = 0.0f;
  for (int j = threadIdx.x; j < m; j += BLOCK) {
    const float v = column[j * n];
    if (v > largest) {
      sum *= expf(largest - v);  // 0 the first time: exp(-inf)
      largest = v;
    }
    sum += expf(v - largest);
  }

  const float row_largest = tutor::block_max(largest);
  const float row_sum = tutor::block_sum(sum > 0.0f ? sum * expf(largest - row_largest) : 0.0f);

  const float scale = 1.0f / row_sum;
  for (int j = threadIdx.x; j < m; j += BLOCK) out[j * n] = expf(column[j * n] - row_largest) * scale;
}

void launch(Plan& plan, const Problem& p) { plan.run("softmax", p.n, BLOCK); }
