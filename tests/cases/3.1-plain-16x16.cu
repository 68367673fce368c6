// case: a plain transpose in blocks of 16 x 16: the best of them, 0.59 of a copy on an H100, where bronze is 0.65
// exercise: 3.1
// verdict: fail
// says: RIGHT, NOT FAST ENOUGH 3.1 Matrix transpose
// says: sectors per load request 16, ideal 4
#include <tritutor.cuh>
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int i = blockIdx.x * 16 + threadIdx.x, j = blockIdx.y * 16 + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}
void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.m, 16), cdiv(p.n, 16)), dim3(16, 16));
}
