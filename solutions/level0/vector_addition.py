# 0.1 Vector addition: z = x + y.
#
# One program makes BLOCK elements. What a program is, its number and its range of offsets, is all that it knows; the
# compiler spreads the range over the program's threads, and turns the loads of neighbours into wide ones.
#
# To notice:
# - offsets and mask are tensors of BLOCK elements, and so is what tl.load returns: one line, BLOCK additions.
# - The last program may reach past n. Its mask is False there: nothing is read, nothing is added, nothing is stored.
import triton
import triton.language as tl

BLOCK = 1024  # elements a program


@triton.jit
def vector_addition_kernel(x, y, z, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    tl.store(z + offsets, tl.load(x + offsets, mask=mask) + tl.load(y + offsets, mask=mask), mask=mask)


def vector_addition(x, y, z, n):
    grid = (triton.cdiv(n, BLOCK),)
    vector_addition_kernel[grid](x, y, z, n, BLOCK=BLOCK)
