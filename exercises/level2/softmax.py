# 2.3 Softmax of each row of x, m rows of n: y[i,j] = exp(x[i,j] - max_i) / sum_j exp(x[i,j] - max_i).
#
# One program takes one row, whatever its length: it walks over the columns, BLOCK at a time. Two numbers have to be
# known before the first result can be stored, the row's maximum and the sum of its exponentials.
#
#   tl.max(tensor, axis=0), tl.sum(tensor, axis=0)     one number of a tensor
#   tl.exp(tensor)                                     lane by lane
import triton
import triton.language as tl

BLOCK = 1024


@triton.jit
def softmax_kernel(x, y, n, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n  # where this program's row starts, in x and in y
    columns = tl.arange(0, BLOCK)

    # TODO: pass 1, the largest element of the row. What does a lane hold that has no element?
    # TODO: pass 2, the sum of exp(element - largest).
    # TODO: pass 3, the results.
    for start in range(0, n, BLOCK):
        mask = start + columns < n
        v = tl.load(x + row + start + columns, mask=mask)
        tl.store(y + row + start + columns, v, mask=mask)


def softmax(x, y, m, n):
    softmax_kernel[(m,)](x, y, n, BLOCK=BLOCK)
