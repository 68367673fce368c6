# 4.3 Batched matrix product, the fast one: C[z] = A[z] B[z], for 0 <= z < batch.
#
# The product is that of 4.1's tiled_matmul_fast.py, where WIDE and num_stages are explained; the batch is the third
# dimension of the grid, as in batched_matmul.py.
#
# To notice:
# - n and k are made multiples of 4 before the pointers move. So the compiler knows of z * m * k and z * k * n that they
#   are, and every matrix begins at a multiple of 16 bytes if the first does.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 32


@triton.jit(do_not_specialize=["m", "n", "k"])
def batched_matmul_kernel(a, b, c, m, n, k, WIDE: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr,
                          BLOCK_K: tl.constexpr):
    if WIDE:
        n, k = n // 4 * 4, k // 4 * 4  # the same numbers, now known to be multiples of 4
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
    batched_matmul_kernel[grid](a, b, c, m, n, k, WIDE=n % 4 == 0 and k % 4 == 0, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N,
                                BLOCK_K=BLOCK_K, num_stages=2)
