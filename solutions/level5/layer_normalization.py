# 5.1 Layer normalization: y[i,j] = (x[i,j] - mean_i) / sqrt(var_i + eps) * gamma[j] + beta[j], eps = 1e-5.
#
# One program a row, three walks over it: mean, variance, result. The second and third find the row in the cache, so
# memory sees one read and one write.
#
# To notice:
# - The variance is the mean of (x - mean)^2, with the mean known. The one-pass form E[x^2] - E[x]^2 subtracts two
#   numbers of about mean^2: with a mean of 10000 and a deviation of 1, all 24 bits of a float are spent on the 10^8.
# - tl.where in the second walk. A masked lane holds 0 after the load; 0 - mean is not 0 any more, and its square would
#   be counted.
# - What runs through a loop is a tensor of BLOCK sums. tl.sum, which crosses lanes, comes once after it.
# - n divides the variance, not BLOCK and not n - 1; eps stands under the root.
# - BLOCK = 2048 and num_warps=16: four elements for each of 512 threads, one load of 16 bytes where n is a multiple of
#   16. With so little to do for each, it takes many threads to keep memory busy.
import triton
import triton.language as tl

BLOCK = 2048


@triton.jit
def layer_normalization_kernel(x, gamma, beta, y, n, eps, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n

    sums = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        columns = start + tl.arange(0, BLOCK)
        sums += tl.load(x + row + columns, mask=columns < n, other=0.0)
    mean = tl.sum(sums, axis=0) / n

    squares = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(0, n, BLOCK):
        columns = start + tl.arange(0, BLOCK)
        element = tl.load(x + row + columns, mask=columns < n, other=0.0)
        centred = tl.where(columns < n, element - mean, 0.0)
        squares += centred * centred
    variance = tl.sum(squares, axis=0) / n

    inverse_deviation = 1.0 / tl.sqrt(variance + eps)
    for start in range(0, n, BLOCK):
        columns = start + tl.arange(0, BLOCK)
        mask = columns < n
        normal = (tl.load(x + row + columns, mask=mask) - mean) * inverse_deviation
        result = normal * tl.load(gamma + columns, mask=mask) + tl.load(beta + columns, mask=mask)
        tl.store(y + row + columns, result, mask=mask)


def layer_normalization(x, gamma, beta, y, m, n):
    layer_normalization_kernel[(m,)](x, gamma, beta, y, n, eps=1e-5, BLOCK=BLOCK, num_warps=16)
