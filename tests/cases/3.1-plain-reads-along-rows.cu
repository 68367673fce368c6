// case: a plain transpose whose writes are scattered, 0.14 of a copy on an H100: right, and not fast enough
// exercise: 3.1
// verdict: fail
// says: RIGHT, NOT FAST ENOUGH 3.1 Matrix transpose
// says: sectors per store request 32, ideal 4
// says: To pass, 3.1 needs bronze: 65 % of the limit's speed.
// never says: too slow
#include <tritutor.cuh>
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int j = blockIdx.x * 32 + threadIdx.x, i = blockIdx.y * 8 + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}
void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.n, 32), cdiv(p.m, 8)), dim3(32, 8));
}
