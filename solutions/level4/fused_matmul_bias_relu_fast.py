# 4.2 Fused linear layer, the fast one: C = ReLU(A B + bias), the bias running along the columns of C.
#
# The product is that of 4.1's tiled_matmul_fast.py, where WIDE and num_stages are explained; the epilogue is the one of
# fused_matmul_bias_relu.py.
#
# To notice:
# - n // 4 * 4 serves the bias too: its load and mask have the columns of C.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 32


@triton.jit(do_not_specialize=["m", "n", "k"])
def fused_matmul_bias_relu_kernel(a, b, bias, c, m, n, k, WIDE: tl.constexpr, BLOCK_M: tl.constexpr,
                                  BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr):
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

    acc += tl.load(bias + columns, mask=columns < n, other=0.0)  # 1 x BLOCK_N: the same in every row
    acc = tl.maximum(acc, 0.0)
    tl.store(c + rows * n + columns, acc, mask=(rows < m) & (columns < n))


def fused_matmul_bias_relu(a, b, bias, c, m, n, k):
    grid = (triton.cdiv(n, BLOCK_N), triton.cdiv(m, BLOCK_M))
    fused_matmul_bias_relu_kernel[grid](a, b, bias, c, m, n, k, WIDE=n % 4 == 0 and k % 4 == 0, BLOCK_M=BLOCK_M,
                                        BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K, num_stages=2)
