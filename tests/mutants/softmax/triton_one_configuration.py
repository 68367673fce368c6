# mutant: of an autotuned kernel's configurations one drops the tail of a row, which only shows where it is tried
# refused: says the configuration BLOCK=128 is wrong
import triton
import triton.language as tl


@triton.autotune(configs=[triton.Config({"BLOCK": block}, num_warps=8) for block in (4096, 128)], key=["n"])
@triton.jit
def softmax_kernel(x, y, n, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n
    columns = tl.arange(0, BLOCK)
    end = n
    if BLOCK == 128:
        end = n // BLOCK * BLOCK
    largest = tl.full((BLOCK,), -float("inf"), tl.float32)
    for start in range(0, n, BLOCK):
        more = tl.load(x + row + start + columns, mask=start + columns < n, other=-float("inf"))
        largest = tl.maximum(largest, more)
    row_largest = tl.max(largest, axis=0)
    sums = tl.zeros((BLOCK,), tl.float32)
    for start in range(0, end, BLOCK):
        more = tl.load(x + row + start + columns, mask=start + columns < n, other=-float("inf"))
        sums += tl.exp(more - row_largest)
    row_sum = tl.sum(sums, axis=0)
    for start in range(0, n, BLOCK):
        mask = start + columns < n
        more = tl.load(x + row + start + columns, mask=mask)
        tl.store(y + row + start + columns, tl.exp(more - row_largest) / row_sum, mask=mask)


def softmax(x, y, m, n):
    softmax_kernel[(m,)](x, y, n)
