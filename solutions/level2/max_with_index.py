# 2.2 Maximum with index: value = max(x), index = the lowest i with x[i] = value.
#
# The shape is that of 2.1, two launches with one candidate a program between them. A candidate is a pair, and a tensor
# of pairs is two tensors, which are always changed under one condition.
#
# To notice:
# - A lane walks upwards, so a plain > keeps the earlier of two equal elements. Between lanes there is no such order:
#   `first_largest` takes the largest value, and then the lowest index among the lanes that hold it.
# - A lane starts as (-infinity, its first offset). If all its elements are -infinity, that is the right answer; and a
#   lane past the end starts with an offset past n, which loses every tie against a real element.
# - tl.max(..., return_indices=True) does the same within one tensor, and gives the position in that tensor. Here the
#   positions are no longer the indices, for a lane has seen many elements.
import triton
import triton.language as tl

BLOCK = 2048
MAX_PROGRAMS = 1024


@triton.jit
def first_largest(values, indices):
    value = tl.max(values, axis=0)
    return value, tl.min(tl.where(values == value, indices, 0x7FFFFFFF), axis=0)


@triton.jit
def max_with_index_kernel(x, values, indices, n, BLOCK: tl.constexpr):
    program = tl.program_id(0)
    best = tl.full((BLOCK,), -float("inf"), dtype=tl.float32)
    where = program * BLOCK + tl.arange(0, BLOCK)
    for start in range(program * BLOCK, n, tl.num_programs(0) * BLOCK):
        offsets = start + tl.arange(0, BLOCK)
        v = tl.load(x + offsets, mask=offsets < n, other=-float("inf"))
        larger = v > best
        best = tl.where(larger, v, best)
        where = tl.where(larger, offsets, where)
    value, index = first_largest(best, where)
    tl.store(values + program, value)
    tl.store(indices + program, index)


@triton.jit(do_not_specialize=["programs"])
def best_of_programs_kernel(values, indices, value, index, programs, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    mask = offsets < programs
    best = tl.load(values + offsets, mask=mask, other=-float("inf"))
    where = tl.load(indices + offsets, mask=mask, other=0x7FFFFFFF)
    largest, lowest = first_largest(best, where)
    tl.store(value, largest)
    tl.store(index, lowest)


def max_with_index(x, value, index, n):
    programs = min(triton.cdiv(n, BLOCK), MAX_PROGRAMS)
    values, indices = x.new_empty((programs,)), index.new_empty((programs,))  # f32 as x is, int32 as index is
    max_with_index_kernel[(programs,)](x, values, indices, n, BLOCK=BLOCK, num_warps=8)
    best_of_programs_kernel[(1,)](values, indices, value, index, programs, BLOCK=MAX_PROGRAMS)
