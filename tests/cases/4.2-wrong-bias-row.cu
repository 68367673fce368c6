// case: the bias is that of the row, not of the column
// exercise: 4.2
// verdict: fail
// finding: out-of-bounds 13
// says: hint bias has n elements, one for each column of C
// never says: and nothing else
// never says: in a set of
#include <tritutor.cuh>
constexpr int T = 16;
extern "C" __global__ void fused_matmul_bias_relu(const float* a, const float* b, const float* bias, float* c, int m, int n, int k) {
  int row = blockIdx.y * T + threadIdx.y, col = blockIdx.x * T + threadIdx.x;
  if (row >= m || col >= n) return;
  float s = bias[row];
  for (int l = 0; l < k; l++) s += a[row * k + l] * b[l * n + col];
  c[row * n + col] = s > 0 ? s : 0;
}
void launch(Plan& plan, const Problem& p) { plan.run("fused_matmul_bias_relu", dim3(cdiv(p.n, T), cdiv(p.m, T)), dim3(T, T)); }
