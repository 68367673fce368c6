# 1.1 Vector scaling: y[i] = alpha * x[i], 0 <= i < n.
#
# One program makes BLOCK elements, as in 0.1. What differs is yours to write: which elements are this program's, and
# are there such elements at all?
import triton
import triton.language as tl

BLOCK = 1024


@triton.jit
def vector_scaling_kernel(x, y, alpha, n, BLOCK: tl.constexpr):
    # TODO: the offsets of this program's elements, from tl.program_id(0), BLOCK and tl.arange(0, BLOCK).
    # TODO: the mask: n need not be a multiple of BLOCK.
    # TODO: one tl.load, one multiplication, one tl.store; load and store get the mask.
    pass


def vector_scaling(x, y, alpha, n):
    grid = (triton.cdiv(n, BLOCK),)
    vector_scaling_kernel[grid](x, y, alpha, n, BLOCK=BLOCK)
