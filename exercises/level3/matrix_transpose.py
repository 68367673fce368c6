# 3.1 Matrix transpose: b[j,i] = a[i,j], a is m x n, b is n x m; both lie row by row in memory.
#
# A grid of two dimensions and a block of two: tl.program_id(0) counts tiles along a row of a, tl.program_id(1) down its
# rows. A matrix of offsets is made of a column and a row of numbers, which spread over each other:
#
#   i[:, None]               TILE x 1: the rows, downwards
#   j[None, :]               1 x TILE: the columns, across
#   i[:, None] * n + j[None, :]        TILE x TILE: element (i, j) of a matrix with rows of n
#   tl.trans(tile)           the tile turned over its diagonal
import triton
import triton.language as tl

TILE = 32


@triton.jit
def matrix_transpose_kernel(a, b, m, n, TILE: tl.constexpr):
    i = tl.program_id(1) * TILE + tl.arange(0, TILE)  # rows of a
    j = tl.program_id(0) * TILE + tl.arange(0, TILE)  # columns of a
    mask = (i[:, None] < m) & (j[None, :] < n)
    tile = tl.load(a + i[:, None] * n + j[None, :], mask=mask)
    # TODO: a's element (i, j) becomes b's element (j, i). How long is a row of a, and how long a row of b?
    tl.store(b + i[:, None] * n + j[None, :], tile, mask=mask)


def matrix_transpose(a, b, m, n):
    grid = (triton.cdiv(n, TILE), triton.cdiv(m, TILE))
    matrix_transpose_kernel[grid](a, b, m, n, TILE=TILE)
