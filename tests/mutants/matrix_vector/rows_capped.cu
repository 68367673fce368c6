// mutant: at most 1024 blocks of 8 rows: at a GPU's size there are more
// refused: case large
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

void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", min(cdiv(p.m, WARPS), 1024), dim3(32, WARPS)); }
