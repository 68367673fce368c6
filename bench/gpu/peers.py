#!/usr/bin/env python3
"""The work of every exercise, at the sizes that curriculum.json times, by PyTorch and by kernels in Triton, on a GPU.

    peers.py [--json FILE]      medians of triton.testing.do_bench, in us; each result is checked first

The kernels are as plain as our solutions are: one configuration each, no autotuning.
"""

import argparse
import json
import math

import torch
import triton
import triton.language as tl
from triton.testing import do_bench

torch.backends.cuda.matmul.allow_tf32 = False
cdiv = triton.cdiv


@triton.jit
def binary(x, y, z, n, OP: tl.constexpr, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    a = tl.load(x + i, mask=i < n)
    b = tl.load(y + i, mask=i < n)
    tl.store(z + i, a + b if OP == 0 else tl.maximum(a, b), mask=i < n)


@triton.jit
def unary(x, y, alpha, n, OP: tl.constexpr, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    a = tl.load(x + i, mask=i < n)
    tl.store(y + i, alpha * a if OP == 0 else tl.maximum(a, 0.0), mask=i < n)


@triton.jit
def partial_sums(x, parts, n, BLOCK: tl.constexpr):
    total = tl.zeros([BLOCK], tl.float32)
    for first in range(tl.program_id(0) * BLOCK, n, tl.num_programs(0) * BLOCK):
        i = first + tl.arange(0, BLOCK)
        total += tl.load(x + i, mask=i < n, other=0.0)
    tl.store(parts + tl.program_id(0), tl.sum(total))


@triton.jit
def partial_best(x, values, places, n, BLOCK: tl.constexpr):
    best = tl.full([BLOCK], float("-inf"), tl.float32)
    place = tl.zeros([BLOCK], tl.int32)
    for first in range(tl.program_id(0) * BLOCK, n, tl.num_programs(0) * BLOCK):
        i = first + tl.arange(0, BLOCK)
        a = tl.load(x + i, mask=i < n, other=float("-inf"))
        place = tl.where(a > best, i, place)
        best = tl.maximum(best, a)
    value = tl.max(best)
    tl.store(values + tl.program_id(0), value)
    tl.store(places + tl.program_id(0), tl.min(tl.where(best == value, place, 2147483647)))


@triton.jit
def row_softmax(x, y, n, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n
    j = tl.arange(0, BLOCK)
    a = tl.load(x + row + j, mask=j < n, other=float("-inf"))
    a = tl.exp(a - tl.max(a))
    tl.store(y + row + j, a / tl.sum(a), mask=j < n)


@triton.jit
def row_share(x, y, n, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n
    j = tl.arange(0, BLOCK)
    a = tl.load(x + row + j, mask=j < n, other=0.0)
    tl.store(y + row + j, a / tl.sum(a), mask=j < n)


@triton.jit
def row_norm(x, gamma, beta, y, n, eps, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64) * n
    j = tl.arange(0, BLOCK)
    a = tl.load(x + row + j, mask=j < n, other=0.0)
    mean = tl.sum(a) / n
    d = tl.where(j < n, a - mean, 0.0)
    scale = 1 / tl.sqrt(tl.sum(d * d) / n + eps)
    g = tl.load(gamma + j, mask=j < n)
    b = tl.load(beta + j, mask=j < n)
    tl.store(y + row + j, d * scale * g + b, mask=j < n)


@triton.jit
def transpose(a, b, m, n, TILE: tl.constexpr):
    i = tl.program_id(1) * TILE + tl.arange(0, TILE)
    j = tl.program_id(0) * TILE + tl.arange(0, TILE)
    tile = tl.load(a + i[:, None] * n + j[None, :], mask=(i[:, None] < m) & (j[None, :] < n))
    tl.store(b + j[:, None] * m + i[None, :], tl.trans(tile), mask=(j[:, None] < n) & (i[None, :] < m))


@triton.jit
def matvec(a, x, y, m, k, ROWS: tl.constexpr, BLOCK: tl.constexpr):
    i = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
    total = tl.zeros([ROWS, BLOCK], tl.float32)
    for first in range(0, k, BLOCK):
        j = first + tl.arange(0, BLOCK)
        total += tl.load(a + i[:, None] * k + j[None, :]) * tl.load(x + j)[None, :]
    tl.store(y + i, tl.sum(total, axis=1))


@triton.jit
def matmul(a, b, c, bias, m, n, k, FUSED: tl.constexpr, M: tl.constexpr, N: tl.constexpr, K: tl.constexpr):
    batch = tl.program_id(2).to(tl.int64)
    i = tl.program_id(1) * M + tl.arange(0, M)
    j = tl.program_id(0) * N + tl.arange(0, N)
    d = tl.arange(0, K)
    a += batch * m * k
    b += batch * k * n
    total = tl.zeros([M, N], tl.float32)
    for first in range(0, k, K):
        total = tl.dot(tl.load(a + i[:, None] * k + first + d[None, :]),
                       tl.load(b + (first + d[:, None]) * n + j[None, :]), total, input_precision="ieee")
    if FUSED:
        total = tl.maximum(total + tl.load(bias + j)[None, :], 0.0)
    tl.store(c + batch * m * n + i[:, None] * n + j[None, :], total)


@triton.jit
def scores(q, k, out, nk, scale, D: tl.constexpr, M: tl.constexpr, N: tl.constexpr):
    i = tl.program_id(0) * M + tl.arange(0, M)
    d = tl.arange(0, D)
    own = tl.load(q + i[:, None] * D + d[None, :]) * scale
    top = tl.full([M], float("-inf"), tl.float32)
    total = tl.zeros([M], tl.float32)
    for first in range(0, nk, N):
        j = first + tl.arange(0, N)
        s = tl.dot(own, tl.trans(tl.load(k + j[:, None] * D + d[None, :])), input_precision="ieee")
        higher = tl.maximum(top, tl.max(s, axis=1))
        total = total * tl.exp(top - higher) + tl.sum(tl.exp(s - higher[:, None]), axis=1)
        top = higher
    for first in range(0, nk, N):
        j = first + tl.arange(0, N)
        s = tl.dot(own, tl.trans(tl.load(k + j[:, None] * D + d[None, :])), input_precision="ieee")
        tl.store(out + i[:, None].to(tl.int64) * nk + j[None, :], tl.exp(s - top[:, None]) / total[:, None])


@triton.jit
def dropout(x, y, p, seed, n, BLOCK: tl.constexpr):
    i = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    a = tl.load(x + i, mask=i < n)
    tl.store(y + i, tl.where(tl.rand(seed, i) > p, a / (1 - p), 0.0), mask=i < n)


def random(*shape):
    return torch.rand(*shape, device="cuda") * 2 - 1


def exercises():
    """id -> (PyTorch's work, Triton's work); each returns its result."""
    n = 67_108_864
    x, y = random(n), random(n)
    z = torch.empty_like(x)
    block = 1024

    def of(kernel, *arguments, grid, out, **options):
        def run():
            kernel[grid](*arguments, **options)
            return out
        return run

    elements = (cdiv(n, block),)
    yield "0.1", lambda: torch.add(x, y, out=z), of(binary, x, y, z, n, 0, block, grid=elements, out=z)
    yield "1.1", lambda: torch.mul(x, 2.5, out=z), of(unary, x, z, 2.5, n, 0, block, grid=elements, out=z)
    yield "1.2", lambda: torch.maximum(x, y, out=z), of(binary, x, y, z, n, 1, block, grid=elements, out=z)
    yield "1.3", lambda: torch.clamp_min(x, 0.0, out=z), of(unary, x, z, 0.0, n, 1, block, grid=elements, out=z)
    yield "5.3", lambda: torch.nn.functional.dropout(x, 0.5), of(dropout, x, z, 0.5, 7, n, block, grid=elements, out=None)
    del y

    v = random(2 * n)
    parts, values = torch.empty(1024, device="cuda"), torch.empty(1024, device="cuda")
    places = torch.empty(1024, device="cuda", dtype=torch.int32)

    def triton_sum():
        partial_sums[(1024,)](v, parts, 2 * n, 2048)
        return parts.sum()

    def triton_best():
        partial_best[(1024,)](v, values, places, 2 * n, 2048)
        return values.max()

    yield "2.1", lambda: v.sum(), triton_sum
    yield "2.2", lambda: v.max(dim=0)[0], triton_best
    del v

    m, n = 16384, 4096
    a, b = random(m, n), torch.empty(m, n, device="cuda")
    gamma, beta = random(n), random(n)
    yield "2.3", lambda: torch.softmax(a, 1), of(row_softmax, a, b, n, n, grid=(m,), out=b, num_warps=8)
    t = torch.empty(n, m, device="cuda")
    yield "3.1", lambda: t.copy_(a.t()), of(transpose, a, t, m, n, 64, grid=(n // 64, m // 64), out=t)
    p = a.abs() + 0.5
    yield "3.2", lambda: p / p.sum(1, keepdim=True), of(row_share, p, b, n, n, grid=(m,), out=b, num_warps=8)
    yield ("5.1", lambda: torch.nn.functional.layer_norm(a, (n,), gamma, beta),
           of(row_norm, a, gamma, beta, b, n, 1e-5, n, grid=(m,), out=b, num_warps=8))
    del a, b, t, p
    k = 8192
    w, u, r = random(m, k), random(k), torch.empty(m, device="cuda")
    yield "3.3", lambda: torch.mv(w, u, out=r), of(matvec, w, u, r, m, k, 4, 512, grid=(m // 4,), out=r)
    del w

    n = 4096
    a, b, c, bias = random(n, n), random(n, n), torch.empty(n, n, device="cuda"), random(n)
    grid = (n // 128, n // 128, 1)
    shape = dict(M=128, N=128, K=16, num_warps=8)
    yield "4.1", lambda: torch.mm(a, b, out=c), of(matmul, a, b, c, bias, n, n, n, False, grid=grid, out=c, **shape)
    yield ("4.2", lambda: torch.addmm(bias, a, b).relu_(),
           of(matmul, a, b, c, bias, n, n, n, True, grid=grid, out=c, **shape))
    n = 1024
    a, b, c = random(64, n, n), random(64, n, n), torch.empty(64, n, n, device="cuda")
    yield ("4.3", lambda: torch.bmm(a, b, out=c),
           of(matmul, a, b, c, bias, n, n, n, False, grid=(n // 128, n // 128, 64), out=c, **shape))
    del a, b, c
    nq, nk, d = 32768, 2048, 64
    q, k, out = random(nq, d), random(nk, d), torch.empty(nq, nk, device="cuda")
    yield ("5.2", lambda: torch.softmax(q @ k.t() / math.sqrt(d), 1),
           of(scores, q, k, out, nk, 1 / math.sqrt(d), d, 64, 64, grid=(nq // 64,), out=out, num_warps=8))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", help="a file for the times")
    options = parser.parse_args()
    times = {}
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, Triton {triton.__version__}")
    for exercise, by_torch, by_triton in exercises():
        want, got = by_torch(), by_triton()
        if got is not None:
            want, got = want.clone(), by_triton()
            apart = (want.double() - got.double()).abs().max() / want.double().abs().max()
            assert apart < 1e-4, f"{exercise}: Triton's result is {apart} apart from PyTorch's"
        del want, got
        one = {name: 1000 * do_bench(work, warmup=50, rep=200, return_mode="median")
               for name, work in (("pytorch", by_torch), ("triton", by_triton))}
        times[exercise] = one
        print(f"{exercise}  PyTorch {one['pytorch']:8.1f} us  Triton {one['triton']:8.1f} us", flush=True)
    # What a device-to-device copy and the best reduction reach, for the grader's own limits.
    n = 67_108_864
    a, b = random(n), random(n)
    times["copy_bytes_per_us"] = 8 * n / (1000 * do_bench(lambda: b.copy_(a), warmup=50, rep=200, return_mode="median"))
    v = random(2 * n)
    best = min(do_bench(work, warmup=50, rep=200, return_mode="median")
               for work in (lambda: v.sum(), lambda: v.max(), lambda: v.view(-1, 4096).sum(1), lambda: v.view(-1, 65536).sum(1)))
    times["read_bytes_per_us"] = 8 * n / (1000 * best)
    print(f"PyTorch's copy {times['copy_bytes_per_us'] * 1e-6:.3f} TB/s, best reduction {times['read_bytes_per_us'] * 1e-6:.3f} TB/s")
    if options.json:
        with open(options.json, "w") as file:
            json.dump(times, file, indent=1)


if __name__ == "__main__":
    main()
