# 1.3 ReLU: y[i] = max(0, x[i]), 0 <= i < n.
#
# Select, do not calculate: every positive number comes out as it went in, denormals and infinity too, and everything
# else comes out as 0.
import triton
import triton.language as tl

BLOCK = 1024


@triton.jit
def relu_kernel(x, y, n, BLOCK: tl.constexpr):
    # TODO: offsets, mask, and one comparison. This time from memory.
    pass


def relu(x, y, n):
    # TODO: the launch, too: how many programs does n need?
    grid = (1,)
    relu_kernel[grid](x, y, n, BLOCK=BLOCK)
