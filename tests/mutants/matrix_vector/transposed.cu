// mutant: A is read column by column, as if it were its transpose
// refused: case large
#include <tritutor.cuh>

constexpr int WARPS = 8;  // rows a block

extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  const int row = blockIdx.x * WARPS + threadIdx.y;
  if (row >= m) return;

  float sum = 0.0f;
  for (int j = threadIdx.x; j < k; j += 32)
    sum += a[(static_cast<long long>(j) * m + row) % (static_cast<long long>(m) * k)] * x[j];
  sum = tutor::warp_sum(sum);

  if (threadIdx.x == 0) y[row] = sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, WARPS), dim3(32, WARPS)); }
