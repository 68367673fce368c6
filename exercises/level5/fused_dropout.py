# 5.3 Fused dropout: y[i] = x[i] / (1 - p) where rand(seed, i) > p, else 0; 0 <= i < n.
#
# tl.rand(seed, offsets) gives a uniform number in [0, 1) for each offset, made from its two arguments alone. So which
# elements were kept is never stored. p = 1 must give zeros, not NaN.
#
#   tl.where(condition, this, that)    element by element, one of two values
import triton
import triton.language as tl

BLOCK = 1024


@triton.jit(do_not_specialize=["seed"])
def fused_dropout_kernel(x, y, p, seed, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    # TODO: keep or drop, from a number that belongs to the element, whatever BLOCK is.
    # TODO: scale what is kept, so that the expected value stays what it was.
    tl.store(y + offsets, tl.load(x + offsets, mask=mask), mask=mask)


def fused_dropout(x, y, p, seed, n):
    grid = (triton.cdiv(n, BLOCK),)
    fused_dropout_kernel[grid](x, y, p, seed, n, BLOCK=BLOCK)
