# 3.2 Row normalization: y[i,j] = x[i,j] / sum_j x[i,j], x and y are m x n.
#
# The pattern of every normalization layer: one program takes one row, reduces it to a number, and walks the row once
# more to apply it. A row may be longer than BLOCK, so both walks are loops.
import triton
import triton.language as tl

BLOCK = 1024


@triton.jit
def row_normalization_kernel(x, y, n, BLOCK: tl.constexpr):
    # TODO: where this program's row starts, in x and in y.
    # TODO: the row's sum: add the blocks of the row into one tensor, and tl.sum it after the loop.
    # TODO: the same columns again: divide and store.
    pass


def row_normalization(x, y, m, n):
    row_normalization_kernel[(m,)](x, y, n, BLOCK=BLOCK)
