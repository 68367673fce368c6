# 4.3 Batched matrix product: C[z] = A[z] B[z], 0 <= z < batch; each A[z] is m x k, each B[z] is k x n, and the
# matrices of a batch lie one after the other.
#
# The third dimension of the grid is free: tl.program_id(2) can say which product a program works on. How far is it from
# one matrix to the next, in a, in b and in c? Make that offset in 64 bits: the batch may hold more than 2^31 elements.
#
#   tl.program_id(2).to(tl.int64)
#   a += offset                        a kernel's pointer can be moved before anything else happens
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 16


@triton.jit(do_not_specialize=["m", "n", "k"])
def batched_matmul_kernel(a, b, c, m, n, k, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr):
    # TODO: move a, b and c to this program's matrices.

    rows = tl.program_id(1) * BLOCK_M + tl.arange(0, BLOCK_M)[:, None]
    columns = tl.program_id(0) * BLOCK_N + tl.arange(0, BLOCK_N)[None, :]

    acc = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    # TODO: the product, as in 4.1.
    tl.store(c + rows * n + columns, acc, mask=(rows < m) & (columns < n))


def batched_matmul(a, b, c, batch, m, n, k):
    # TODO: this grid covers one product. Give it its third dimension.
    grid = (triton.cdiv(n, BLOCK_N), triton.cdiv(m, BLOCK_M))
    batched_matmul_kernel[grid](a, b, c, m, n, k, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K)
