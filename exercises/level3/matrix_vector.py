# 3.3 Matrix-vector product: y[i] = sum_j a[i,j] * x[j], a is m x k.
#
# A program may take one row, or a few: a tile of ROWS x BLOCK elements of a, against BLOCK elements of x that serve all
# its rows. It walks along k, and adds up.
#
#   x_block[None, :]                   1 x BLOCK: spreads over the rows of a tile
#   tl.sum(tile, axis=1)               one number for each row: along axis 1, which disappears
#   tl.zeros((ROWS, BLOCK), dtype=tl.float32)     to start from; the shape is made of constexprs
import triton
import triton.language as tl

ROWS = 4
BLOCK = 256


@triton.jit
def matrix_vector_kernel(a, x, y, m, k, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    # TODO: for start in range(0, k, BLOCK): the tile of a and the block of x, each with its mask; multiply, add up.
    # TODO: one sum a row, stored to y; a row past m is not stored.


def matrix_vector(a, x, y, m, k):
    grid = (triton.cdiv(m, ROWS),)
    matrix_vector_kernel[grid](a, x, y, m, k, ROWS=ROWS, BLOCK=BLOCK)
