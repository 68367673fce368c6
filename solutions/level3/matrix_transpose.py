# 3.1 Matrix transpose: b[j,i] = a[i,j], a is m x n, b is n x m.
#
# A program carries one tile. i[:, None] * n + j[None, :] is a matrix of offsets: rows i down, columns j across. The
# same tile goes to b with rows j and columns i.
#
# To notice:
# - Neighbours across (the last axis) are neighbours in memory, in the load and in the store: that is what tl.trans is
#   for. The compiler takes the tile through shared memory, and lays it out there so that no bank is hit twice.
# - Storing the tile untransposed to b + j[None, :] * m + i[:, None] is as right, and looks as if it were slow. It is
#   not: the compiler chooses its order of lanes for each access by the pointers, not by how the line is written.
# - n is the length of a's rows, m of b's. In a square matrix nobody notices when they are mixed up.
import triton
import triton.language as tl

TILE = 64


@triton.jit
def matrix_transpose_kernel(a, b, m, n, TILE: tl.constexpr):
    i = tl.program_id(1) * TILE + tl.arange(0, TILE)  # rows of a
    j = tl.program_id(0) * TILE + tl.arange(0, TILE)  # columns of a
    tile = tl.load(a + i[:, None] * n + j[None, :], mask=(i[:, None] < m) & (j[None, :] < n))
    tl.store(b + j[:, None] * m + i[None, :], tl.trans(tile), mask=(j[:, None] < n) & (i[None, :] < m))


def matrix_transpose(a, b, m, n):
    grid = (triton.cdiv(n, TILE), triton.cdiv(m, TILE))
    matrix_transpose_kernel[grid](a, b, m, n, TILE=TILE)
