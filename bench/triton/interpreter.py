#!/usr/bin/env python3
"""Kernels of the tutorials' kind on the virtual GPU, checks on, and in Triton's interpreter, in one go: a table in
Markdown.

    python bench/triton/interpreter.py        # Python with Triton and numpy; no torch

Each runs once for the compiler's sake, then as often as fits in a second or once. The time is this machine's, elapsed
and of all its processors; the ratio is of the latter, which other work on the machine disturbs less.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

INTERPRETED = sys.argv[1:2] == ["interpreted"]
if INTERPRETED:
    os.environ["TRITON_INTERPRET"] = "1"  # before a kernel is made

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import numpy as np  # noqa: E402
import triton  # noqa: E402
import triton.language as tl  # noqa: E402

import vgpu  # noqa: E402


@triton.jit
def add(x, y, out, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out + i, tl.load(x + i, mask=i < n) + tl.load(y + i, mask=i < n), mask=i < n)


@triton.jit
def softmax(x, out, columns, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    row = tl.load(x + tl.program_id(0) * columns + i, mask=i < columns, other=-float("inf"))
    powers = tl.exp(row - tl.max(row, axis=0))
    tl.store(out + tl.program_id(0) * columns + i, powers / tl.sum(powers, axis=0), mask=i < columns)


@triton.jit
def layer_norm(x, out, weight, bias, columns, BLOCK: tl.constexpr):
    i = tl.arange(0, BLOCK)
    inside = i < columns
    row = tl.load(x + tl.program_id(0) * columns + i, mask=inside, other=0.0)
    mean = tl.sum(row, axis=0) / columns
    centred = tl.where(inside, row - mean, 0.0)
    scale = 1 / tl.sqrt(tl.sum(centred * centred, axis=0) / columns + 1e-5)
    result = centred * scale * tl.load(weight + i, mask=inside) + tl.load(bias + i, mask=inside)
    tl.store(out + tl.program_id(0) * columns + i, result, mask=inside)


@triton.jit
def matmul(a, b, c, M, N, K, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr):
    i = tl.program_id(0) * BM + tl.arange(0, BM)
    j = tl.program_id(1) * BN + tl.arange(0, BN)
    total = tl.zeros((BM, BN), dtype=tl.float32)
    for start in range(0, K, BK):
        k = start + tl.arange(0, BK)
        left = tl.load(a + i[:, None] * K + k[None, :], mask=(i[:, None] < M) & (k[None, :] < K), other=0.0)
        right = tl.load(b + k[:, None] * N + j[None, :], mask=(k[:, None] < K) & (j[None, :] < N), other=0.0)
        total = tl.dot(left, right, total)
    tl.store(c + i[:, None] * N + j[None, :], total, mask=(i[:, None] < M) & (j[None, :] < N))


def cases():
    """Name -> (a call, its result, what that should be)."""
    x, y, out = vgpu.randn(1024, 1024), vgpu.randn(1024, 1024), vgpu.empty(1024, 1024)
    n = x.numel()
    yield ("vector add, 1,048,576", lambda: add[(n // 1024,)](x, y, out, n, BLOCK=1024), out,
           lambda: x.numpy() + y.numpy())

    def right_softmax():
        powers = np.exp(x.numpy() - x.numpy().max(1, keepdims=True))
        return powers / powers.sum(1, keepdims=True)

    yield "softmax, 1024 x 1024", lambda: softmax[(1024,)](x, out, 1024, BLOCK=1024), out, right_softmax
    weight, bias = vgpu.randn(1024), vgpu.randn(1024)

    def right_norm():
        rows = x.numpy().astype(np.float64)
        centred = rows - rows.mean(1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5) * weight.numpy() + bias.numpy()

    yield ("layer norm, 1024 x 1024", lambda: layer_norm[(1024,)](x, out, weight, bias, 1024, BLOCK=1024), out,
           right_norm)
    a, b, c = vgpu.randn(512, 512, dtype=vgpu.float16), vgpu.randn(512, 512, dtype=vgpu.float16), vgpu.empty(512, 512)
    for tile in (32, 128):
        yield (f"matmul f16, 512 x 512 x 512, tiles of {tile}",
               lambda tile=tile: matmul[(512 // tile, 512 // tile)](a, b, c, 512, 512, 512, BM=tile, BN=tile, BK=32), c,
               lambda: a.numpy().astype(np.float32) @ b.numpy().astype(np.float32))


def timed():
    """Name -> elapsed and processor seconds of one call."""
    times = {}
    for name, call, out, right in cases():
        call()
        np.testing.assert_allclose(out.numpy(), right(), rtol=1e-3, atol=1e-2)
        rounds, elapsed, processor = 0, time.perf_counter(), time.process_time()
        while rounds == 0 or time.perf_counter() - elapsed < 1:
            call()
            rounds += 1
        times[name] = ((time.perf_counter() - elapsed) / rounds, (time.process_time() - processor) / rounds)
    return times


def main():
    if INTERPRETED:
        print(json.dumps(timed()))
        return
    vgpu.activate("A100", on_finding="raise")
    ours = timed()
    done = subprocess.run([sys.executable, __file__, "interpreted"], stdout=subprocess.PIPE, check=True)
    theirs = json.loads(done.stdout)
    print(f"Triton {triton.__version__}, numpy {np.__version__}, {os.cpu_count()} processors\n")
    print("| kernel | virtual GPU, ms | of processors | interpreter, ms | of processors | ratio |\n"
          "| --- | --- | --- | --- | --- | --- |")
    for name, (elapsed, processor) in ours.items():
        other_elapsed, other_processor = theirs[name]
        print(f"| {name} | {elapsed * 1e3:.1f} | {processor * 1e3:.1f} | {other_elapsed * 1e3:.0f} | "
              f"{other_processor * 1e3:.0f} | {other_processor / processor:.1f} |")


if __name__ == "__main__":
    main()
