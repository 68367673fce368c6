# 3.3 Matrix-vector product: y = A x, A is m x k.
#
# A program takes ROWS rows and walks along them, BLOCK columns at a time. The products go into a tile of running sums;
# tl.sum(axis=1) ends all rows at once, after the loop.
#
# To notice:
# - x's block is loaded once for all rows of the tile, and [None, :] lays it under each of them.
# - other=0.0 on both loads: a column past k contributes 0 * 0. With one of the two left undefined it could be NaN.
# - All of `a` is read once; `x` is read by every program, and stays in the cache. Time is the time to read `a`.
# - axis=1 is along the row. axis=0 would add different rows, for one column each.
import triton
import triton.language as tl

ROWS = 2
BLOCK = 2048


@triton.jit(do_not_specialize=["m"])  # whether m is 1 or a multiple of 16 makes no load wider
def matrix_vector_kernel(a, x, y, m, k, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    row_starts = rows.to(tl.int64)[:, None] * k
    sums = tl.zeros((ROWS, BLOCK), dtype=tl.float32)
    for start in range(0, k, BLOCK):
        columns = start + tl.arange(0, BLOCK)
        tile = tl.load(a + row_starts + columns[None, :], mask=(rows[:, None] < m) & (columns[None, :] < k), other=0.0)
        sums += tile * tl.load(x + columns, mask=columns < k, other=0.0)[None, :]
    tl.store(y + rows, tl.sum(sums, axis=1), mask=rows < m)


def matrix_vector(a, x, y, m, k):
    grid = (triton.cdiv(m, ROWS),)
    matrix_vector_kernel[grid](a, x, y, m, k, ROWS=ROWS, BLOCK=BLOCK, num_warps=8)
