# 5.1 Layer normalization of each row of x, m x n, with eps = 1e-5:
#
#   y[i,j] = (x[i,j] - mean_i) / sqrt(var_i + eps) * gamma[j] + beta[j]
#
# mean_i and var_i are over row i; var_i divides by n. Row normalization (3.2) with one more reduction. Take care how
# the variance is made: the formula that needs only one pass loses every digit where the mean is large.
#
#   tl.sum(tensor, axis=0)             one number of a tensor
#   tl.where(columns < n, v, 0.0)      what a masked lane is to count for, whatever has become of its 0
import triton
import triton.language as tl

BLOCK = 2048


@triton.jit
def layer_normalization_kernel(x, gamma, beta, y, n, eps, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n  # where this program's row starts, in x and in y

    # TODO: walk 1, the row's mean.
    # TODO: walk 2, the row's variance: the mean of (x - mean)^2.
    # TODO: walk 3, the result. gamma and beta belong to a column.
    for start in range(0, n, BLOCK):
        columns = start + tl.arange(0, BLOCK)
        mask = columns < n
        tl.store(y + row + columns, tl.load(x + row + columns, mask=mask), mask=mask)


def layer_normalization(x, gamma, beta, y, m, n):
    layer_normalization_kernel[(m,)](x, gamma, beta, y, n, eps=1e-5, BLOCK=BLOCK, num_warps=16)
