# 4.1 Tiled matrix product: C = A B, A is m x k, B is k x n.
#
# A program makes a BLOCK_M x BLOCK_N tile of C. It walks along k in steps of BLOCK_K: a piece of A, a piece of B, and
# tl.dot adds their product to acc. Shared memory, its barriers and the loads' overlap with the arithmetic are what the
# compiler makes of these three lines.
#
# To notice:
# - input_precision="ieee". Where nothing is said, tl.dot rounds floats to tf32, ten bits of mantissa, for the tensor
#   cores. "ieee" multiplies the floats as they are, on the ordinary units.
# - acc is a third argument of tl.dot, and f32. It stays in registers from the first piece to the last.
# - other=0.0 past the edge of A or B: 0 adds nothing. Along k both masks are needed, for 0 * NaN is NaN.
# - Each stride is the length of a row: k in a, n in b and in c. The offsets are int32, enough for 2^31 elements.
# - do_not_specialize: Triton compiles a kernel anew where a size is 1, and where it is a multiple of 16. With three
#   sizes these are many kernels of half a second each. tiled_matmul_fast.py has what the multiples are worth.
import triton
import triton.language as tl

BLOCK_M, BLOCK_N, BLOCK_K = 64, 64, 16


@triton.jit(do_not_specialize=["m", "n", "k"])
def tiled_matmul_kernel(a, b, c, m, n, k, BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr):
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
    tiled_matmul_kernel[grid](a, b, c, m, n, k, BLOCK_M=BLOCK_M, BLOCK_N=BLOCK_N, BLOCK_K=BLOCK_K)
