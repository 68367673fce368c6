# 4.2 Fused linear layer: C = ReLU(A B + bias), the bias running along the columns of C.
#
# The product is 4.1's; what is new is its epilogue, two lines between the loop along k and the store. acc is in
# registers there, so bias and ReLU cost no trip through memory.
#
# To notice:
# - The bias is a tensor of columns, [None, :] lays it under every row of the tile: bias[j] for column j. With [:, None]
#   it would go down the rows, which the shapes allow as well where the tile is square.
# - Once, after the whole sum. In the loop it would be added for each piece along k, and the ReLU of a part of a sum is
#   not a part of the ReLU.
# - First the bias, then tl.maximum.
# - bias has its own mask, and it ends at n.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 16


@triton.jit(do_not_specialize=["m", "n", "k"])
def fused_matmul_bias_relu_kernel(a, b, bias, c, m, n, k, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr,
                                  BLOCK_K: tl.constexpr):
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
    fused_matmul_bias_relu_kernel[grid](a, b, bias, c, m, n, k, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K)
