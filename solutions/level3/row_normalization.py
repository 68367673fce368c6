# 3.2 Row normalization: y[i,j] = x[i,j] / sum_j x[i,j].
#
# One program a row. As in 2.3 the first BLOCK columns are read once and held, and only what lies behind them in a
# longer row is read twice: memory sees one read and one write.
#
# To notice:
# - other=0.0: the lanes past the end of the row take part in tl.sum.
# - No epsilon in the denominator: rows of 1e-20 are rows like any other, and the sums are promised to be non-zero.
# - tl.sum gives a scalar, and tensor / scalar divides every lane by it.
import triton
import triton.language as tl

BLOCK = 4096  # columns held: 16 for each thread of 8 warps


@triton.jit
def row_normalization_kernel(x, y, n, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n
    columns = tl.arange(0, BLOCK)
    held = tl.load(x + row + columns, mask=columns < n, other=0.0)

    sums = held
    for start in range(BLOCK, n, BLOCK):
        sums += tl.load(x + row + start + columns, mask=start + columns < n, other=0.0)
    row_sum = tl.sum(sums, axis=0)

    tl.store(y + row + columns, held / row_sum, mask=columns < n)
    for start in range(BLOCK, n, BLOCK):
        mask = start + columns < n
        tl.store(y + row + start + columns, tl.load(x + row + start + columns, mask=mask) / row_sum, mask=mask)


def row_normalization(x, y, m, n):
    row_normalization_kernel[(m,)](x, y, n, BLOCK=BLOCK, num_warps=8)
