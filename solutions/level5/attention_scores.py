# 5.2 Attention scores: out = softmax(Q K^T / sqrt(d)) along the rows; Q is nq x d, K is nk x d, out is nq x nk.
#
# Two launches. The first is 4.1 with the second matrix transposed, and leaves the scaled scores in `out`; the second is
# 2.3, in place. Between two launches everything is in memory, for every program: no other barrier is needed.
#
# To notice:
# - K^T is never formed. A piece of K is loaded as it lies, a key in each row, and tl.trans turns the piece.
# - d = 80 is no multiple of BLOCK_D, and need not be: past d both pieces hold 0. tl.arange wants a power of two, the
#   matrix does not.
# - The scale belongs to the scores, before the softmax: acc * scale, once.
# - A lane past the last key holds -infinity: it is never the maximum, and exp(-inf) adds 0 to the sum. A score of 0
#   would count as exp(0 - maximum).
# - exp of differences to the maximum is at most 1, whatever the scores. exp of a score of 110 is infinite.
# - The softmax reads a row three times, but only the first comes from memory, the others from the cache. To fuse both
#   kernels, and make the scores twice instead, was slower on an H100: the product costs more than the trips.
import math

import triton
import triton.language as tl

BLOCK_Q, BLOCK_K, BLOCK_D = 64, 128, 16
BLOCK = 512


@triton.jit(do_not_specialize=["nq", "nk", "d"])
def scores_kernel(q, k, out, nq, nk, d, scale, BLOCK_Q: tl.constexpr, BLOCK_K: tl.constexpr, BLOCK_D: tl.constexpr):
    queries = tl.program_id(1) * BLOCK_Q + tl.arange(0, BLOCK_Q)[:, None]
    keys = tl.program_id(0) * BLOCK_K + tl.arange(0, BLOCK_K)

    acc = tl.zeros((BLOCK_Q, BLOCK_K), dtype=tl.float32)
    for start in range(0, d, BLOCK_D):
        depth = start + tl.arange(0, BLOCK_D)[None, :]
        q_piece = tl.load(q + queries * d + depth, mask=(queries < nq) & (depth < d), other=0.0)
        k_piece = tl.load(k + keys[:, None] * d + depth, mask=(keys[:, None] < nk) & (depth < d), other=0.0)
        acc = tl.dot(q_piece, tl.trans(k_piece), acc, input_precision="ieee")

    mask = (queries < nq) & (keys[None, :] < nk)
    tl.store(out + queries * nk + keys[None, :], acc * scale, mask=mask)


@triton.jit(do_not_specialize=["nk"])
def softmax_kernel(out, nk, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * nk

    largest = tl.full((BLOCK,), -float("inf"), dtype=tl.float32)
    for start in range(0, nk, BLOCK):
        keys = start + tl.arange(0, BLOCK)
        largest = tl.maximum(largest, tl.load(out + row + keys, mask=keys < nk, other=-float("inf")))
    row_largest = tl.max(largest, axis=0)

    sums = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, nk, BLOCK):
        keys = start + tl.arange(0, BLOCK)
        sums += tl.exp(tl.load(out + row + keys, mask=keys < nk, other=-float("inf")) - row_largest)
    row_sum = tl.sum(sums, axis=0)

    for start in range(0, nk, BLOCK):
        keys = start + tl.arange(0, BLOCK)
        probability = tl.exp(tl.load(out + row + keys, mask=keys < nk) - row_largest) / row_sum
        tl.store(out + row + keys, probability, mask=keys < nk)


def attention_scores(q, k, out, nq, nk, d):
    grid = (triton.cdiv(nk, BLOCK_K), triton.cdiv(nq, BLOCK_Q))
    scores_kernel[grid](q, k, out, nq, nk, d, 1 / math.sqrt(d), BLOCK_Q=BLOCK_Q, BLOCK_K=BLOCK_K, BLOCK_D=BLOCK_D,
                        num_stages=1)
    softmax_kernel[(nq,)](out, nk, BLOCK=BLOCK, num_warps=8)
