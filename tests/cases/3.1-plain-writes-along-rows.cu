// case: a plain transpose whose reads are scattered, 0.55 of a copy on an H100: right, and not fast enough
// exercise: 3.1
// verdict: fail
// says: RIGHT, NOT FAST ENOUGH 3.1 Matrix transpose
// says: sectors per load request 32, ideal 4
#include <tritutor.cuh>
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int i = blockIdx.x * 32 + threadIdx.x, j = blockIdx.y * 8 + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}
void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.m, 32), cdiv(p.n, 8)), dim3(32, 8));
}
