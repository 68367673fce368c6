// 3.3 Matrix-vector product: y = A x, A is m x k.
//
// One warp a row. The lanes walk along the row together, so every load of `a` is 128 contiguous bytes, and five
// shuffles end the row: no shared memory, no barrier.
//
// To notice:
// - One thread a row would be right too, and slow: its warp would read 32 rows at once, 32 lines for 32 numbers.
// - All of `a` is read once; `x` is read by every warp, and stays in the cache. Time is the time to read `a`.
// - The row is the same for all lanes of a warp, so the early return never splits a warp in front of the shuffles.
#include <tritutor.cuh>

constexpr int WARPS = 8;  // rows a block

extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  const int row = blockIdx.x * WARPS + threadIdx.y;
  if (row >= m) return;

  const float* a_row = a + static_cast<long long>(row) * k;
  float sum = 0.0f;
  for (int j = threadIdx.x; j < k; j += 32) sum += a_row[j] * x[j];
  sum = tutor::warp_sum(sum);

  if (threadIdx.x == 0) y[row] = sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, WARPS), dim3(32, WARPS)); }
