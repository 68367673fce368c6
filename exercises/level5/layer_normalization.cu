// 5.1 Layer normalization of each row of x, m x n, with eps = 1e-5:
//
//   y[i,j] = (x[i,j] - mean_i) / sqrt(var_i + eps) * gamma[j] + beta[j]
//
// mean_i and var_i are over row i; var_i divides by n. Row normalization (3.2) with one more reduction. Take care how
// the variance is made: the formula that needs only one pass loses every digit where the mean is large.
//
//   Triton:  mean = tl.sum(row, axis=0) / n
//            centred = tl.where(columns < n, row - mean, 0.0)
//            var = tl.sum(centred * centred, axis=0) / n
#include <tritutor.cuh>

constexpr int BLOCK = 256;

extern "C" __global__ void layer_normalization(const float* x, const float* gamma, const float* beta, float* y, int m,
                                               int n) {
  // TODO: the row's mean, known to every thread of the block.
  // TODO: the row's variance: the mean of (x - mean)^2.
  // TODO: the result. gamma and beta belong to a column.
}

void launch(Plan& plan, const Problem& p) {
  plan.run("layer_normalization", p.m, BLOCK);  // Triton: grid = (m,)
}
