# 5.3 Fused dropout: y[i] = x[i] / (1 - p) where rand(seed, i) > p, else 0.
#
# The random numbers come out of a counter: tl.rand(seed, offset) is ten rounds of Philox 4x32 over its two arguments,
# and depends on nothing else. Nobody keeps a state, no mask of kept elements goes through memory, and the backward pass
# can make it again from the same seed.
#
# To notice:
# - The offset is the element's index in the vector. With tl.arange(0, BLOCK) alone, every program would draw the same
#   numbers, and they would change with BLOCK.
# - The dropped elements are selected away by tl.where, not multiplied by 0: for p = 1 the scale is infinite, and
#   0 * inf is NaN. tl.where takes one of two values that were both made; what the other one is does not matter.
# - do_not_specialize: a seed is a new number every time. Triton would compile once more for a seed of 1 and for
#   multiples of 16.
# - The rounds are integer arithmetic, more work than the eight bytes an element moves.
import triton
import triton.language as tl

BLOCK = 1024


@triton.jit(do_not_specialize=["seed"])
def fused_dropout_kernel(x, y, p, seed, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    keep = tl.rand(seed, offsets) > p
    scaled = tl.load(x + offsets, mask=mask) / (1 - p)
    tl.store(y + offsets, tl.where(keep, scaled, 0.0), mask=mask)


def fused_dropout(x, y, p, seed, n):
    grid = (triton.cdiv(n, BLOCK),)
    fused_dropout_kernel[grid](x, y, p, seed, n, BLOCK=BLOCK)
