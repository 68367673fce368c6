# 4.1 Tiled matrix product, the fast one: C = A B, A is m x k, B is k x n. Read tiled_matmul.py first: the kernel is the
# same but for the first two lines, and its pieces reach twice as far along k.
#
# To notice:
# - WIDE: where k and n are multiples of 4, every row of A and B begins at a multiple of 16 bytes, and masks change at
#   multiples of four elements only. Then a thread may load four floats at once. The compiler must be able to prove it,
#   and n // 4 * 4 is a multiple of 4 for everyone to see. Two kernels are compiled, and the host function chooses.
# - Left alone, Triton does this by itself, for sizes that are multiples of 16, at the price of a kernel for each way in
#   which the three sizes are so. On an H100 that is 2 % faster than this; both are a third faster than loads of single
#   floats.
# - num_stages=2: while one pair of pieces is multiplied, the next is on its way from memory to shared memory. A third
#   stage takes shared memory that another program on the same multiprocessor would use better.
# - Programs in grouped order, as in Triton's tutorial on matrix products, change nothing here: with f32 arithmetic the
#   multiplications take the time, and the pieces come out of the L2 cache fast enough in any order.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 32


@triton.jit(do_not_specialize=["m", "n", "k"])
def tiled_matmul_kernel(a, b, c, m, n, k, WIDE: tl.constexpr, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr,
                        BLOCK_K: tl.constexpr):
    if WIDE:
        n, k = n // 4 * 4, k // 4 * 4  # the same numbers, now known to be multiples of 4
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


def tiled_matmul(a, b, c, m, n, k):
    grid = (triton.cdiv(n, BLOCK_N), triton.cdiv(m, BLOCK_M))
    tiled_matmul_kernel[grid](a, b, c, m, n, k, WIDE=n % 4 == 0 and k % 4 == 0, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N,
                              BLOCK_K=BLOCK_K, num_stages=2)
