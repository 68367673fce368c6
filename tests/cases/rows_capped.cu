// case: a block a row, 8192 rows at most: the timed matrix has more
// exercise: 2.3
// verdict: fail
// says: at m = 16384, n = 4096
// says: only the first 33554432 of y's 67108864 elements are ever written
// 2.3 Softmax of each row: y[i,j] = exp(x[i,j] - max_i) / sum_j exp(x[i,j] - max_i).
//
// One block a row, and the row is read twice. The first pass finds the maximum and the sum together ("online"): a sum
// that was made against an old maximum is repaired, when a larger one comes, by the factor exp(old - new). The second
// pass writes.
//
// To notice:
// - Subtracting the maximum changes nothing in exact arithmetic, and everything in float: exp(89) overflows.
// - A thread that has seen no element holds (-infinity, 0). Rescaling it would be exp(-inf - -inf) = NaN, so a sum is
//   only ever rescaled to a maximum that some element has.
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
