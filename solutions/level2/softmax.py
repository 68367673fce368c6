# 2.3 Softmax of each row: y[i,j] = exp(x[i,j] - max_i) / sum_j exp(x[i,j] - max_i).
#
# One program a row. The first BLOCK columns are read once and held; what lies behind them in a longer row is read
# again for each of the three steps: maximum, sum, result. Most rows have nothing behind.
#
# To notice:
# - Subtracting the maximum changes nothing in exact arithmetic, and everything in float: exp(89) overflows.
# - other=-infinity: a lane past the end of the row is never the maximum, and exp(-inf) adds 0 to the sum. A 0 would be
#   the maximum of a row of negative numbers, and would add exp(0 - max).
# - BLOCK is fixed. triton.next_power_of_2(n) is right too, but compiles one more kernel for each power of two, and of a
#   row of 131072 each of 256 threads would hold 512 elements, in 255 registers.
# - In the loops running maxima and sums are tensors; tl.max and tl.sum, which cross lanes, come once each.
# - The row's start is 64 bits wide: m * n may be more than an int32 can count.
import triton
import triton.language as tl

BLOCK = 4096  # columns held: 16 for each thread of 8 warps


@triton.jit
def softmax_kernel(x, y, n, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n
    columns = tl.arange(0, BLOCK)
    held = tl.load(x + row + columns, mask=columns < n, other=-float("inf"))

    largest = held
    for start in range(BLOCK, n, BLOCK):
        more = tl.load(x + row + start + columns, mask=start + columns < n, other=-float("inf"))
        largest = tl.maximum(largest, more)
    row_largest = tl.max(largest, axis=0)

    held = tl.exp(held - row_largest)
    sums = held
    for start in range(BLOCK, n, BLOCK):
        more = tl.load(x + row + start + columns, mask=start + columns < n, other=-float("inf"))
        sums += tl.exp(more - row_largest)
    row_sum = tl.sum(sums, axis=0)

    tl.store(y + row + columns, held / row_sum, mask=columns < n)
    for start in range(BLOCK, n, BLOCK):
        mask = start + columns < n
        more = tl.load(x + row + start + columns, mask=mask)
        tl.store(y + row + start + columns, tl.exp(more - row_largest) / row_sum, mask=mask)


def softmax(x, y, m, n):
    softmax_kernel[(m,)](x, y, n, BLOCK=BLOCK, num_warps=8)
