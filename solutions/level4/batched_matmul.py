# 4.3 Batched matrix product: C[z] = A[z] B[z], for 0 <= z < batch.
#
# Many small products at once. One of them has too few tiles to fill a GPU; together they do, so the batch becomes the
# third dimension of the grid. tl.program_id(2) moves the three pointers, and the rest is 4.1.
#
# To notice:
# - Each operand has its own distance from one matrix to the next: m * k, k * n and m * n.
# - .to(tl.int64) comes first. program_id is int32 and so are the sizes; z * m * k in int32 wraps around at 2^31
#   elements, however small each matrix is, and is made wide only afterwards, when the pointer moves.
# - Offsets within a matrix stay in int32, which is cheaper: there are as many as elements in the tile.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 16


@triton.jit(do_not_specialize=["m", "n", "k"])
def batched_matmul_kernel(a, b, c, m, n, k, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr):
    z = tl.program_id(2).to(tl.int64)
    a += z * m * k
    b += z * k * n
    c += z * m * n

    rows = tl.program_id(1) * BLOCK_M + tl.arange(0, BLOCK_M)[:, None]
    columns = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)[None, :]

    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for start in range(0, k, BLOCK_K):
        a_columns = start + tl.arange(0, BLOCK_K)[None, :]
        b_rows = start + tl.arange(0, BLOCK_K)[:, None]
        a_piece = tl.load(a + rows * k + a_columns, mask=(rows < m) & (a_columns < k), other=0.0)
        b_piece = tl.load(b + b_rows * n + columns, mask=(b_rows < k) & (columns < n), other=0.0)
        acc = tl.dot(a_piece, b_piece, acc, input_precision="ieee")

    tl.store(c + rows * n + columns, acc, mask=(rows < m) & (columns < n))


def batched_matmul(a, b, c, batch, m, n, k):
    grid = (triton.cdiv(n, BLOCK_N), triton.cdiv(m, BLOCK_M), batch)
    batched_matmul_kernel[grid](a, b, c, m, n, k, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K)
