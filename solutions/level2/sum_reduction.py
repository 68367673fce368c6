# 2.1 Sum reduction: result = x[0] + x[1] + ... + x[n-1].
#
# Two launches. In the first, each program walks over the input, block by block, and adds each block to a tensor of
# BLOCK running sums; at the end tl.sum makes one number of them, which goes to partials. In the second, one program
# adds those numbers.
#
# To notice:
# - The second launch starts when the first has ended. That is the only barrier between programs; inside a kernel no
#   program may wait for another.
# - No atomics. The order of the additions depends on nothing but n, so the same input gives the same bits every time.
#   tl.atomic_add would add in the order in which programs happen to finish, to whatever `result` held before.
# - other=0.0: a lane without an element takes part in the sum, and must add nothing.
# - The running sums are a tensor, so nothing is combined across lanes inside the loop. tl.sum comes once, after it.
# - Triton compiles a kernel once more for an int that is 1, and once more for a multiple of 16, which makes loads wide.
#   Of `programs` that gains nothing: do_not_specialize.
# - Thousands of short sums instead of one long one: the rounding error grows with their length, so this is also more
#   accurate than a plain loop.
import triton
import triton.language as tl

BLOCK = 2048
MAX_PROGRAMS = 1024  # enough to fill a large GPU, and few enough for one block of the second launch


@triton.jit
def sum_reduction_kernel(x, partials, n, BLOCK: tl.constexpr):
    program = tl.program_id(0)
    sums = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(program * BLOCK, n, tl.num_programs(0) * BLOCK):
        offsets = start + tl.arange(0, BLOCK)
        sums += tl.load(x + offsets, mask=offsets < n, other=0.0)
    tl.store(partials + program, tl.sum(sums, axis=0))


@triton.jit(do_not_specialize=["programs"])
def sum_partials_kernel(partials, result, programs, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(result, tl.sum(tl.load(partials + offsets, mask=offsets < programs, other=0.0), axis=0))


def sum_reduction(x, result, n):
    programs = min(triton.cdiv(n, BLOCK), MAX_PROGRAMS)
    partials = x.new_empty((programs,))
    sum_reduction_kernel[(programs,)](x, partials, n, BLOCK=BLOCK, num_warps=8)
    sum_partials_kernel[(1,)](partials, result, programs, BLOCK=MAX_PROGRAMS)
