# 1.3 ReLU: y = max(0, x).
#
# To notice:
# - The comparison selects, it does not calculate. Nothing is multiplied by a 0/1 tensor, so an infinity cannot become
#   inf * 0 = NaN, and the smallest denormal comes through with all its bits.
# - The mask says which elements exist, never which are positive: every element below n is stored, the zeros too, for y
#   does not start out as zeros.
import triton
import triton.language as tl

BLOCK = 1024  # elements a program


@triton.jit
def relu_kernel(x, y, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    tl.store(y + offsets, tl.maximum(tl.load(x + offsets, mask=mask), 0.0), mask=mask)


def relu(x, y, n):
    grid = (triton.cdiv(n, BLOCK),)
    relu_kernel[grid](x, y, n, BLOCK=BLOCK)
