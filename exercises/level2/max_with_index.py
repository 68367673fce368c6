# 2.2 Maximum with index: value[0] = max(x), index[0] = the lowest i with x[i] = value[0]. No input is NaN.
#
# The two launches of 2.1, over pairs. tl.max(tensor, axis=0) finds the largest; to find where it is, ask for the
# smallest offset among the lanes that hold it:
#
#   tl.min(tl.where(values == largest, offsets, something larger than any offset), axis=0)
#
# or let tl.max(tensor, axis=0, return_indices=True) give both; it then counts from the start of the tensor.
import triton
import triton.language as tl

BLOCK = 256


# Launch 1: program p leaves its largest element in values[p], and that element's index in x in indices[p].
@triton.jit
def max_with_index_kernel(x, values, indices, n, BLOCK: tl.constexpr):
    program = tl.program_id(0)
    # TODO: this program's elements. What does a lane past the end hold that can never win, not even against -infinity?
    # TODO: the largest of them, and the lowest index of an element that is as large.
    tl.store(values + program, 0.0)
    tl.store(indices + program, 0)


# Launch 2: one program finds the best of the programs' candidates.
@triton.jit
def best_of_programs_kernel(values, indices, value, index, programs, BLOCK: tl.constexpr):
    # TODO: a loop over the candidates, BLOCK at a time; of equal values the lowest index counts here too.
    tl.store(value, tl.load(values))
    tl.store(index, tl.load(indices))


def max_with_index(x, value, index, n):
    programs = triton.cdiv(n, BLOCK)
    values, indices = x.new_empty((programs,)), index.new_empty((programs,))  # f32 as x is, int32 as index is
    max_with_index_kernel[(programs,)](x, values, indices, n, BLOCK=BLOCK)
    best_of_programs_kernel[(1,)](values, indices, value, index, programs, BLOCK=BLOCK)
