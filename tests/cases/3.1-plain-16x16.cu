// case: a plain transpose in blocks of 16 x 16: 0.59 of a copy on an H100, and the model takes it for a copy. It passes
//   by the model's error, and gets no medal from it
// exercise: 3.1
// verdict: pass
// says: sectors per load request 16, ideal 4
// says: No medal: only a GPU can tell whether it reaches bronze, 65 % of the limit's speed.
#include <tritutor.cuh>
extern "C" __global__ void matrix_transpose(const float* a, float* b, int m, int n) {
  const int i = blockIdx.x * 16 + threadIdx.x, j = blockIdx.y * 16 + threadIdx.y;
  if (i < m && j < n) b[j * m + i] = a[i * n + j];
}
void launch(Plan& plan, const Problem& p) {
  plan.run("matrix_transpose", dim3(cdiv(p.m, 16), cdiv(p.n, 16)), dim3(16, 16));
}
