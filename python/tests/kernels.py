"""Kernels of the tests. Their lines are named by marks: `line_of("mark")`."""

import inspect
import sys

import triton
import triton.language as tl


def line_of(mark):
    lines = inspect.getsource(sys.modules[__name__]).splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.endswith(f"# {mark}"))


@triton.jit
def add(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    x = tl.load(x_ptr + offsets, mask=mask)  # load of x
    y = tl.load(y_ptr + offsets, mask=mask)
    tl.store(out_ptr + offsets, x + y, mask=mask)


@triton.jit
def add_unmasked(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = offsets < n
    x = tl.load(x_ptr + offsets)  # unmasked load
    y = tl.load(y_ptr + offsets, mask=mask)
    tl.store(out_ptr + offsets, x + y, mask=mask)


@triton.jit
def sum_to_one(x_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    total = tl.sum(tl.load(x_ptr + offsets, mask=offsets < n, other=0.0))
    tl.store(out_ptr, tl.load(out_ptr) + total)  # racing store


@triton.jit
def sum_to_one_atomically(x_ptr, out_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.atomic_add(out_ptr, tl.sum(tl.load(x_ptr + offsets, mask=offsets < n, other=0.0)))


@triton.jit
def softmax(out_ptr, in_ptr, row_stride, columns, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    offsets = tl.arange(0, BLOCK)
    x = tl.load(in_ptr + row * row_stride + offsets, mask=offsets < columns, other=-float("inf"))
    numerator = tl.exp(x - tl.max(x, axis=0))
    tl.store(out_ptr + row * row_stride + offsets, numerator / tl.sum(numerator, axis=0), mask=offsets < columns)


@triton.autotune(configs=[triton.Config({"BM": m, "BN": 32, "BK": 32}, num_warps=w) for m in (16, 64) for w in (2, 4)],
                 key=["M", "N", "K"])
@triton.jit
def matmul(a_ptr, b_ptr, c_ptr, M, N, K, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    i = tl.program_id(0) * BM + tl.arange(0, BM)
    j = tl.program_id(1) * BN + tl.arange(0, BN)
    total = tl.zeros((BM, BN), dtype=tl.float32)
    for start in range(0, K, BK):
        k = start + tl.arange(0, BK)
        a = tl.load(a_ptr + i[:, None] * K + k[None, :], mask=(i[:, None] < M) & (k[None, :] < K), other=0.0)
        b = tl.load(b_ptr + k[:, None] * N + j[None, :], mask=(k[:, None] < K) & (j[None, :] < N), other=0.0)
        total += tl.dot(a, b)
    tl.store(c_ptr + i[:, None] * N + j[None, :], total, mask=(i[:, None] < M) & (j[None, :] < N))


@triton.jit
def scale(x_ptr, out_ptr, factor, n, HALF: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets, mask=offsets < n)
    tl.store(out_ptr + offsets, (x * factor).to(out_ptr.dtype.element_ty), mask=offsets < n)


@triton.jit
def stuck(flag_ptr):
    while tl.load(flag_ptr, volatile=True) == 0:  # endless loop
        pass


@triton.jit
def product_is_a_sum(a, b, c, out_ptr, n, BLOCK: tl.constexpr):
    """a * b + c, which is rounded once where it is fused."""
    offsets = tl.arange(0, BLOCK)
    mask = offsets < n
    tl.store(out_ptr + offsets, tl.load(a + offsets, mask=mask) * tl.load(b + offsets, mask=mask) +
             tl.load(c + offsets, mask=mask), mask=mask)


@triton.jit
def crashes(x_ptr, out_ptr, BLOCK: tl.constexpr):
    """Inline assembly that LLVM has no registers for: it aborts."""
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets)
    y = tl.inline_asm_elementwise("mov.b32 $0, $1;", "=q,q", [x], dtype=tl.float32, is_pure=True, pack=1)
    tl.store(out_ptr + offsets, y)


@triton.jit
def hand_over(flag_ptr, data_ptr, out_ptr):
    """Program 0 leaves a value; the others wait for it."""
    pid = tl.program_id(0)
    if pid == 0:
        tl.store(data_ptr, 42.0)
        tl.atomic_store(flag_ptr, 1, sem="release", scope="gpu")
    else:
        tl.atomic_poll(flag_ptr, 1, sem="acquire", scope="gpu")
        tl.store(out_ptr + pid, tl.load(data_ptr))


@triton.jit
def hand_over_in_a_loop(flag_ptr, data_ptr, out_ptr):
    pid = tl.program_id(0)
    if pid == 0:
        tl.store(data_ptr, 42.0)
        tl.debug_barrier()
        tl.atomic_xchg(flag_ptr, 1, sem="release")
    else:
        while tl.atomic_load(flag_ptr, sem="acquire") == 0:
            pass
        tl.store(out_ptr + pid, tl.load(data_ptr))


@triton.jit
def both_wait(flags_ptr):
    """Two programs, each of which waits for what the other would do next."""
    pid = tl.program_id(0)
    tl.atomic_poll(flags_ptr + 1 - pid, 1)  # waits for ever
    tl.atomic_store(flags_ptr + pid, 1)


@triton.jit
def wrong_shapes(x_ptr):
    tl.store(x_ptr + tl.arange(0, 32), tl.zeros((16,), dtype=tl.float32))  # shapes that do not fit


@triton.jit
def grid_barrier(arrived_ptr, x_ptr, out_ptr, programs):
    """Each program leaves a value, waits for all, and takes its neighbour's."""
    pid = tl.program_id(0)
    tl.store(x_ptr + pid, pid * 10)
    tl.debug_barrier()
    tl.atomic_add(arrived_ptr, 1, sem="acq_rel", scope="gpu")
    while tl.atomic_load(arrived_ptr, sem="acquire", scope="gpu") < programs:  # grid barrier
        pass
    tl.store(out_ptr + pid, tl.load(x_ptr + (pid + 1) % programs))


@triton.jit
def grid_barrier_without(x_ptr, out_ptr, programs):
    pid = tl.program_id(0)
    tl.store(x_ptr + pid, pid * 10)
    tl.store(out_ptr + pid, tl.load(x_ptr + (pid + 1) % programs))  # neighbour's


@triton.jit
def waits_for_the_last(flag_ptr, out_ptr):
    """Program 0 waits for the one that starts last."""
    pid = tl.program_id(0)
    if pid == 0:
        tl.atomic_poll(flag_ptr, 1, sem="acquire", scope="gpu")  # waits for the last
        tl.store(out_ptr, 1)
    if pid == tl.num_programs(0) - 1:
        tl.atomic_store(flag_ptr, 1, sem="release", scope="gpu")


@triton.jit
def relaxed_hand_over(flag_ptr, data_ptr, out_ptr):
    """As hand_over, but neither side orders its data."""
    pid = tl.program_id(0)
    if pid == 0:
        tl.store(data_ptr, 42.0)
        tl.atomic_store(flag_ptr, 1, sem="relaxed", scope="gpu")
    else:
        tl.atomic_poll(flag_ptr, 1, sem="relaxed", scope="gpu")
        tl.store(out_ptr + pid, tl.load(data_ptr))  # unordered read
