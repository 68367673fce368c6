# 5.2 Attention scores: out = softmax(Q K^T / sqrt(d)) along the rows; q is nq x d, k is nk x d, out is nq x nk.
#
# Two exercises after each other: a matrix product with the second matrix transposed (4.1), and a softmax of each row of
# it (2.3). Start with two kernels: the first leaves the scaled scores in out, the second works on them in place. A
# launch begins when the one before it has ended, so the second finds everything there.
#
#   tl.dot(q_piece, tl.trans(k_piece), acc, input_precision="ieee")     both pieces as they lie: d along their rows
#   tl.load(..., mask=..., other=-float("inf"))                         for a key that does not exist, before a softmax
import math

import triton
import triton.language as tl

BLOCK_Q, BLOCK_K, BLOCK_D = 64, 64, 16


@triton.jit(do_not_specialize=["nq", "nk", "d"])
def scores_kernel(q, k, out, nq, nk, d, scale, BLOCK_Q: tl.constexpr, BLOCK_K: tl.constexpr, BLOCK_D: tl.constexpr):
    queries = tl.program_id(1) * BLOCK_Q + tl.arange(0, BLOCK_Q)[:, None]
    keys = tl.program_id(0) * BLOCK_K + tl.arange(0, BLOCK_K)

    acc = tl.zeros((BLOCK_Q, BLOCK_K), dtype=tl.float32)
    # TODO: the product of the queries with the keys, BLOCK_D of d at a time. d may end within a piece.
    mask = (queries < nq) & (keys[None, :] < nk)
    tl.store(out + queries * nk + keys[None, :], acc * scale, mask=mask)


# TODO: a second kernel, one program a row of out: maximum, sum of exp(score - maximum), probabilities.


def attention_scores(q, k, out, nq, nk, d):
    grid = (triton.cdiv(nk, BLOCK_K), triton.cdiv(nq, BLOCK_Q))
    scores_kernel[grid](q, k, out, nq, nk, d, 1 / math.sqrt(d), BLOCK_Q=BLOCK_Q, BLOCK_K=BLOCK_K, BLOCK_D=BLOCK_D)
    # TODO: launch it.
