# 0.1 Vector addition: z[i] = x[i] + y[i], 0 <= i < n. Given solved: read it, submit it, break it, submit it again.
#
# A kernel is written for one program and run by many. Each finds out which elements are its own from its number:
#
#   tl.program_id(0)          this program's number: 0, 1, 2, ... up to the grid
#   tl.arange(0, BLOCK)       the numbers 0 to BLOCK - 1, as a tensor; BLOCK must be a power of two
#   tl.constexpr              known when the kernel is compiled: the size of a tensor has to be
#
# What looks like one number in the code below is a block of BLOCK numbers: offsets, mask, and what tl.load returns.
import triton
import triton.language as tl

BLOCK = 1024  # elements a program makes. Try others: 256, 4096, and 1000, which is no power of two.


@triton.jit
def vector_addition_kernel(x, y, z, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n  # try it without the mask: n is no multiple of BLOCK in most cases
    a = tl.load(x + offsets, mask=mask)  # x is a pointer; x + offsets is BLOCK pointers
    b = tl.load(y + offsets, mask=mask)
    tl.store(z + offsets, a + b, mask=mask)


# What Python calls: it launches the kernel, here with as many programs as n needs. cdiv divides and rounds up. The
# tutor calls this function once for each case, with tensors x, y and z and the case's n.
def vector_addition(x, y, z, n):
    grid = (triton.cdiv(n, BLOCK),)
    vector_addition_kernel[grid](x, y, z, n, BLOCK=BLOCK)
