# 2.1 Sum reduction: result[0] = x[0] + x[1] + ... + x[n-1].
#
# Many programs, one number. Within a program tl.sum does the work, and the compiler finds out how the threads meet.
# Between programs nobody waits for anybody: nothing says that they run at the same time. What separates the programs'
# sums from the sum of these sums is therefore a second launch, which starts when every program of the first has ended.
#
#   tl.sum(tensor, axis=0)               one number of a tensor
#   tl.load(..., mask=mask, other=v)     v where the mask is False
#   x.new_empty((count,))                scratch of x's type on x's device; it holds whatever was there before
import triton
import triton.language as tl

BLOCK = 256


# Launch 1: program p leaves the sum of its elements in partials[p].
@triton.jit
def sum_reduction_kernel(x, partials, n, BLOCK: tl.constexpr):
    program = tl.program_id(0)
    # TODO: this program's offsets and the mask. What does a lane without an element have to hold?
    # TODO: the sum of the block is stored, not 0.
    tl.store(partials + program, 0.0)


# Launch 2: one program adds up what the programs left.
@triton.jit
def sum_partials_kernel(partials, result, programs, BLOCK: tl.constexpr):
    # TODO: there may be more partial sums than BLOCK: a loop, for start in range(0, programs, BLOCK).
    tl.store(result, tl.load(partials))


def sum_reduction(x, result, n):
    programs = triton.cdiv(n, BLOCK)
    partials = x.new_empty((programs,))
    sum_reduction_kernel[(programs,)](x, partials, n, BLOCK=BLOCK)
    sum_partials_kernel[(1,)](partials, result, programs, BLOCK=BLOCK)
