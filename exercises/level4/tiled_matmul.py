# 4.1 Tiled matrix product: C = A B in float arithmetic; A is m x k, B is k x n, C is m x n, all row by row.
#
# A program makes a BLOCK_M x BLOCK_N tile of C, and reads a piece of A and a piece of B at each step along k. What it
# has read serves all rows and all columns of the tile.
#
#   tl.dot(a_piece, b_piece, acc, input_precision="ieee")     acc + a_piece b_piece, in float arithmetic. Where nothing
#                                                             is said, floats are rounded to tf32 first
#   tl.load(..., mask=..., other=0.0)                         what is past the edge comes as 0
#
# do_not_specialize: one kernel for all sizes, where Triton would compile one for sizes that are 1, one for multiples of
# 16 and one for others.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 16


@triton.jit(do_not_specialize=["m", "n", "k"])
def tiled_matmul_kernel(a, b, c, m, n, k, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr):
    rows = tl.program_id(1) * BLOCK_M + tl.arange(0, BLOCK_M)[:, None]
    columns = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)[None, :]

    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, k, BLOCK_K):
        # TODO: load the pieces of a and b. How long is a row of each? What stands past the edges, along k too?
        a_piece = tl.zeros((BLOCK_M, BLOCK_K), dtype=tl.float32)
        b_piece = tl.zeros((BLOCK_K, BLOCK_N), dtype=tl.float32)
        acc = tl.dot(a_piece, b_piece, acc, input_precision="ieee")

    tl.store(c + rows * n + columns, acc, mask=(rows < m) & (columns < n))


def tiled_matmul(a, b, c, m, n, k):
    # TODO: once it is right, try other blocks, num_warps=8, num_stages=2.
    grid = (triton.cdiv(n, BLOCK_N), triton.cdiv(m, BLOCK_M))
    tiled_matmul_kernel[grid](a, b, c, m, n, k, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K)
