// mutant: the vector is rounded to half precision
// refused: case k-tail
// refused: pattern tf32
#include <tritutor.cuh>

constexpr int WARPS = 8;  // rows a block

extern "C" __global__ void matrix_vector(const float* a, const float* x, float* y, int m, int k) {
  const int row = blockIdx.x * WARPS + threadIdx.y;
  if (row >= m) return;

  const float* a_row = a + static_cast<long long>(row) * k;
  float sum = 0.0f;
  for (int j = threadIdx.x; j < k; j += 32)
    sum += a_row[j] * __uint_as_float((__float_as_uint(x[j]) + 0x1000u) & 0xffffe000u);
  sum = tutor::warp_sum(sum);

  if (threadIdx.x == 0) y[row] = sum;
}

void launch(Plan& plan, const Problem& p) { plan.run("matrix_vector", cdiv(p.m, WARPS), dim3(32, WARPS)); }
