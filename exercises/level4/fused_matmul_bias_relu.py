# 4.2 Fused linear layer: C[i,j] = max(0, sum_l A[i,l] B[l,j] + bias[j]); A is m x k, B is k x n, bias has n elements.
#
# Bring your loop of 4.1. What is new fits between it and the store; the lesson is where it must not go.
#
#   bias_row[None, :]      one row for a tensor of columns: spreads down the tile
#   tl.maximum(acc, 0.0)   element by element
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 16


@triton.jit(do_not_specialize=["m", "n", "k"])
def fused_matmul_bias_relu_kernel(a, b, bias, c, m, n, k, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr,
                                  BLOCK_K: tl.constexpr):
    rows = tl.program_id(1) * BLOCK_M + tl.arange(0, BLOCK_M)[:, None]
    columns = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)[None, :]

    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    # TODO: the product, as in 4.1.
    # TODO: the epilogue: bias, then ReLU. Which of rows and columns chooses the bias? How often is it added?
    tl.store(c + rows * n + columns, acc, mask=(rows < m) & (columns < n))


def fused_matmul_bias_relu(a, b, bias, c, m, n, k):
    grid = (triton.cdiv(n, BLOCK_N), triton.cdiv(m, BLOCK_M))
    fused_matmul_bias_relu_kernel[grid](a, b, bias, c, m, n, k, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K)
