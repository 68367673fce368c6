# 1.2 Elementwise maximum: z = max(x, y).
#
# To notice:
# - No made-up value takes part. Without `other`, a masked lane of tl.load holds nothing in particular, and that is
#   fine as long as the same mask keeps it out of the store.
# - tl.maximum is one instruction an element and knows infinities. Of a NaN and a number it gives the number, unless
#   propagate_nan=tl.PropagateNan.ALL asks otherwise; no input here is NaN.
import triton
import triton.language as tl

BLOCK = 1024  # elements a program


@triton.jit
def elementwise_max_kernel(x, y, z, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    tl.store(z + offsets, tl.maximum(tl.load(x + offsets, mask=mask), tl.load(y + offsets, mask=mask)), mask=mask)


def elementwise_max(x, y, z, n):
    grid = (triton.cdiv(n, BLOCK),)
    elementwise_max_kernel[grid](x, y, z, n, BLOCK=BLOCK)
