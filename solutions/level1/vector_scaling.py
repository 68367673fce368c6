# 1.1 Vector scaling: y = alpha x.
#
# To notice:
# - The arithmetic is free. One multiplication for eight bytes moved is so little that the kernel runs as fast as memory
#   can be read and written.
# - A program's 1024 offsets are spread over 128 threads (num_warps=4, the default), eight elements each. Consecutive
#   offsets let the compiler load four at a time, where it can prove that addresses and mask allow it: n % 16 == 0 is
#   something Triton looks at before it compiles, and it compiles once more for an n that is not so.
# - alpha is a float in Python and f32 in the kernel; f32 * f32 stays f32.
import triton
import triton.language as tl

BLOCK = 1024  # elements a program


@triton.jit
def vector_scaling_kernel(x, y, alpha, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    tl.store(y + offsets, alpha * tl.load(x + offsets, mask=mask), mask=mask)


def vector_scaling(x, y, alpha, n):
    grid = (triton.cdiv(n, BLOCK),)
    vector_scaling_kernel[grid](x, y, alpha, n, BLOCK=BLOCK)
