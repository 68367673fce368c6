"""The launches that compare.py holds against a profiler: name, file, kernel, grid, block, arguments as `vgpu run` takes
them, and `large`: whether its buffers outgrow L2, so that what it writes reaches DRAM while it runs."""

import random
from dataclasses import dataclass, field


@dataclass
class Launch:
    name: str
    file: str  # from the repository's root
    kernel: str
    grid: tuple
    block: tuple
    args: list
    large: bool = False
    shared: int = 0  # dynamic, bytes
    maps: dict = field(default_factory=dict)  # argument index -> numbers, written to a file that the argument names


def cdiv(a, b):
    return -(-a // b)


def buffer(n, initial="random:1"):
    return f"f32[{n}]={initial}"


def lane_maps():
    """32 element indices each, -1: the lane stays out."""
    rng = random.Random(1)
    lanes = range(32)
    maps = {f"stride_{s}": [l * s for l in lanes] for s in (1, 2, 3, 4, 5, 8, 16, 32, 33)}
    maps |= {f"by_{d}": [l // d for l in lanes] for d in (2, 4, 8, 16, 32)}
    maps |= {f"mod_{d}": [l % d for l in lanes] for d in (2, 4, 8, 16)}
    maps |= {f"xor_{d}": [l ^ d for l in lanes] for d in (1, 8, 31)}
    maps["offset_1"] = [l + 1 for l in lanes]
    maps["half_rows"] = [l % 16 + l // 16 * 64 for l in lanes]
    maps["half_rows_padded"] = [l % 16 + l // 16 * 68 for l in lanes]
    maps["rotated"] = [(l + 7) % 32 for l in lanes]
    maps["columns_by_half"] = [l // 16 * 32 for l in lanes]
    maps["two_words_a_bank"] = [l % 16 + l // 16 * 32 for l in lanes]
    maps["even_lanes"] = [l if l % 2 == 0 else -1 for l in lanes]
    maps["first_8"] = [l if l < 8 else -1 for l in lanes]
    maps["first_16"] = [l if l < 16 else -1 for l in lanes]
    maps["lane_0_and_16"] = [l if l % 16 == 0 else -1 for l in lanes]
    # Halves of the warp where neighbours agree in different ways.
    maps["agree_first_half"] = [l // 2 if l < 16 else l for l in lanes]
    maps["agree_second_half"] = [l if l < 16 else l // 2 for l in lanes]
    maps["agree_differently"] = [l // 2 if l < 16 else l % 2 for l in lanes]
    maps["agree_by_both"] = [l // 4 * 2 for l in lanes]
    maps["few"] = [l if l in (4, 11, 12) else -1 for l in lanes]
    maps["few_and_pair"] = [l if l in (4, 11, 12, 17, 16, 18) else -1 for l in lanes]
    for limit in (16, 32, 64, 256, 1024):
        for i in range(3):
            maps[f"random_{limit}_{i}"] = [rng.randrange(limit) for _ in lanes]
    for i in range(3):
        maps[f"permutation_{i}"] = rng.sample(list(lanes), 32)
        maps[f"sparse_{i}"] = [rng.randrange(256) if rng.random() < 0.5 else -1 for _ in lanes]
    return maps


GLOBAL_MAPS = ("stride_1 stride_2 stride_3 stride_8 stride_33 by_4 mod_8 xor_31 offset_1 half_rows sparse_0 "
               "random_256_0 random_1024_0 lane_0_and_16").split()


def patterns():
    """Maps with every width: one warp each."""
    file = "bench/profiler/patterns.cu"
    result = []
    for map_name, lanes in lane_maps().items():
        for width in (2, 4, 8, 16):
            for way in ("load", "store"):
                kernel = f"shared_{way}_{width}"
                result.append(Launch(f"{kernel} {map_name}", file, kernel, (1,), (32,), ["i32[32]", "i32[32]=zeros"],
                                     maps={0: lanes}))
        if map_name not in GLOBAL_MAPS:
            continue
        for width, element in ((1, "u8[4096]"), (2, "u16[4096]"), (4, "i32[4096]"), (8, "i64[4096]"), (16, "i64[8192]")):
            for way in ("load", "store"):
                kernel = f"global_{way}_{width}"
                out = "i32[32]=zeros" if way == "load" else f"{element}=zeros"
                result.append(Launch(f"{kernel} {map_name}", file, kernel, (1,), (32,),
                                     ["i32[32]", f"{element}=iota", out], maps={0: lanes}))
    return result


def loops():
    file = "bench/profiler/loops.cu"
    names = ("quad pair_at_2 pair_at_1 three_of_four outer_two across unaligned stride_3 stride_6 runtime_stride "
             "runtime_quad store_between other_store_between syncwarp_between shuffle_between volatile_pair stores "
             "unrolled_64 loop loop_rows loop_unroll_4 loop_by_4 bytes doubles vectors conditional").split()
    result = []
    for name in names:
        for n in (5, 64):
            result.append(Launch(f"{name} n={n}", file, name, (1,), (64,),
                                 ["f32[2048]=random:1", "f32[2048]=zeros", f"i32={n}"]))
    matrix = ["f32[8192]=random:1", "f32[8192]=zeros", "i32=128"]
    result.append(Launch("matmul_16", file, "matmul_16", (1,), (256,), matrix))
    result.append(Launch("matmul_32", file, "matmul_32", (1,), (32, 32), matrix))
    result.append(Launch("transpose_32", file, "transpose_32", (1,), (32, 8), matrix))
    result.append(Launch("tree", file, "tree", (1,), (256,), matrix))
    return result


def solutions():
    """The exercises' solutions, with the grids their plans ask for."""
    def of(level, name, grid, block, args, kernel="", suffix="", large=False):
        return Launch(name + suffix, f"solutions/level{level}/{name}.cu", kernel or name, grid, block, args, large)

    result = []
    for n, suffix, large in ((1_000_003, "", False), (134_217_728, " large", True)):
        x, y = buffer(n), buffer(n, "zeros")
        each4 = (cdiv(n, 1024),)
        blocks = min(cdiv(n, 2048), 1024)
        result += [
            of(0, "vector_addition", (cdiv(n, 256),), (256,), [x, x, y, f"i32={n}"], suffix=suffix, large=large),
            of(1, "vector_scaling", each4, (256,), [x, y, "f32=2.5", f"i32={n}"], suffix=suffix, large=large),
            of(1, "elementwise_max", each4, (256,), [x, x, y, f"i32={n}"], suffix=suffix, large=large),
            of(1, "relu", each4, (256,), [x, y, f"i32={n}"], suffix=suffix, large=large),
            of(2, "sum_reduction", (blocks,), (256,), [x, "f32[1]=zeros", f"i32={n}", "f32[1024]=zeros"],
               suffix=suffix, large=large),
            of(2, "max_with_index", (blocks,), (256,),
               [x, "f32[1]=zeros", "i32[1]=zeros", f"i32={n}", "f32[2048]=zeros"], suffix=suffix, large=large),
            of(5, "fused_dropout", (cdiv(n, 256),), (256,), [x, y, "f32=0.5", "i32=7", f"i32={n}"], suffix=suffix,
               large=large),
        ]
    for m, n, suffix, large in ((513, 1001, "", False), (32768, 4096, " large", True)):
        x, y, sizes = buffer(m * n), buffer(m * n, "zeros"), [f"i32={m}", f"i32={n}"]
        row = buffer(n)
        result += [
            of(2, "softmax", (m,), (256,), [x, y] + sizes, suffix=suffix, large=large),
            of(3, "row_normalization", (m,), (256,), [x, y] + sizes, suffix=suffix, large=large),
            of(5, "layer_normalization", (m,), (256,), [x, row, row, y] + sizes, suffix=suffix, large=large),
            of(3, "matrix_transpose", (cdiv(n, 32), cdiv(m, 32)), (32, 8), [x, y] + sizes, suffix=suffix, large=large),
            of(3, "matrix_vector", (cdiv(m, 8),), (32, 8), [x, row, buffer(m, "zeros")] + sizes, suffix=suffix,
               large=large),
        ]
    for m, n, k in ((129, 200, 77), (512, 512, 512)):
        a, b, c = buffer(m * k), buffer(k * n), buffer(m * n, "zeros")
        sizes = [f"i32={m}", f"i32={n}", f"i32={k}"]
        grid = (cdiv(n, 64), cdiv(m, 64))
        result += [
            of(4, "tiled_matmul", grid, (16, 16), [a, b, c] + sizes, suffix=f" {m}x{n}x{k}"),
            of(4, "fused_matmul_bias_relu", grid, (16, 16), [a, b, buffer(n), c] + sizes, suffix=f" {m}x{n}x{k}"),
            of(4, "batched_matmul", (cdiv(n, 32), cdiv(m, 32), 2), (8, 8),
               [buffer(2 * m * k), buffer(2 * k * n), buffer(2 * m * n, "zeros"), "i32=2"] + sizes,
               suffix=f" 2x{m}x{n}x{k}"),
        ]
    result.append(of(5, "attention_scores", (4,), (32, 8),
                     [buffer(100 * 64), buffer(333 * 64), buffer(100 * 333, "zeros"), "i32=100", "i32=333", "i32=64"]))
    return result


def timed():
    """The solutions' steps at the sizes that curriculum.json times: exercise -> launches."""
    def step(level, name, grid, block, args, kernel=""):
        return Launch(f"{name} timed", f"solutions/level{level}/{name}.cu", kernel or name, grid, block, args)

    n = 67_108_864
    x, y, size, each4 = buffer(n), buffer(n, "zeros"), f"i32={n}", (cdiv(n, 1024),)
    result = {
        "0.1": [step(0, "vector_addition", (cdiv(n, 256),), (256,), [x, x, y, size])],
        "1.1": [step(1, "vector_scaling", each4, (256,), [x, y, "f32=2.5", size])],
        "1.2": [step(1, "elementwise_max", each4, (256,), [x, x, y, size])],
        "1.3": [step(1, "relu", each4, (256,), [x, y, size])],
        "5.3": [step(5, "fused_dropout", (cdiv(n, 256),), (256,), [x, y, "f32=0.5", "i32=7", size])],
    }
    x, size = buffer(2 * n), f"i32={2 * n}"
    reduction = [x, "f32[1]=zeros", size, "f32[1024]=zeros"]
    best = [x, "f32[1]=zeros", "i32[1]=zeros", size, "f32[2048]=zeros"]
    result["2.1"] = [step(2, "sum_reduction", (1024,), (256,), reduction),
                     step(2, "sum_reduction", (1,), (256,), reduction, "sum_partials")]
    result["2.2"] = [step(2, "max_with_index", (1024,), (256,), best),
                     step(2, "max_with_index", (1,), (256,), best, "best_of_blocks")]
    m, n = 16384, 4096
    x, y, row, sizes = buffer(m * n), buffer(m * n, "zeros"), buffer(n), [f"i32={m}", f"i32={n}"]
    result["2.3"] = [step(2, "softmax", (m,), (256,), [x, y] + sizes)]
    result["3.1"] = [step(3, "matrix_transpose", (cdiv(n, 32), cdiv(m, 32)), (32, 8), [x, y] + sizes)]
    result["3.2"] = [step(3, "row_normalization", (m,), (256,), [x, y] + sizes)]
    result["5.1"] = [step(5, "layer_normalization", (m,), (256,), [x, row, row, y] + sizes)]
    k = 8192
    result["3.3"] = [step(3, "matrix_vector", (m // 8,), (32, 8),
                          [buffer(m * k), buffer(k), buffer(m, "zeros"), f"i32={m}", f"i32={k}"])]
    n = 4096
    x, sizes = buffer(n * n), [f"i32={n}"] * 3
    result["4.1"] = [step(4, "tiled_matmul", (64, 64), (16, 16), [x, x, buffer(n * n, "zeros")] + sizes)]
    result["4.2"] = [step(4, "fused_matmul_bias_relu", (64, 64), (16, 16),
                          [x, x, buffer(n), buffer(n * n, "zeros")] + sizes)]
    x = buffer(64 * 1024 * 1024)
    result["4.3"] = [step(4, "batched_matmul", (32, 32, 64), (8, 8),
                          [x, x, buffer(64 * 1024 * 1024, "zeros"), "i32=64"] + ["i32=1024"] * 3)]
    nq, nk, d = 32768, 2048, 64
    result["5.2"] = [step(5, "attention_scores", (nq // 32,), (32, 8),
                          [buffer(nq * d), buffer(nk * d), buffer(nq * nk, "zeros"), f"i32={nq}", f"i32={nk}",
                           f"i32={d}"])]
    return dict(sorted(result.items()))


def tensor():
    """Triton's kernels and NVRTC's with tensor cores, cp.async and ldmatrix: fixtures of the tests."""
    def file(name):
        return f"tests/fixtures/ptx/{name}.ptx"

    no_scratch = ["null", "null"]
    f32 = "f32[100000]=random:1"
    result = [
        Launch("triton add", file("triton-3.6-add_sm80"), "add_k", (97,), (128,),
               [f32, f32, "f32[100000]=zeros", "i32=98765"] + no_scratch),
        Launch("triton softmax", file("triton-3.6-softmax_sm80"), "soft_k", (99,), (128,),
               [f32, "f32[100000]=zeros", "i32=1010", "i32=1000"] + no_scratch, shared=16),
        Launch("triton argmax", file("triton-3.6-argmax_sm80"), "argmax_k", (1,), (128,),
               [f32, "i32[1]=zeros", "i32=900"] + no_scratch, shared=32),
        Launch("triton dropout", file("triton-3.6-dropout_sm80"), "drop_k", (97,), (128,),
               [f32, "f32[100000]=zeros", "i32=98765", "f32=0.5", "i32=7"] + no_scratch),
    ]
    for m, n, k in ((256, 256, 128), (80, 144, 48)):
        grid = (cdiv(m, 64), cdiv(n, 64))
        sizes = [f"i32={x}" for x in (m, n, k, k, n, n)]
        for kind, element in (("f16", "u16"), ("tf32", "u32")):
            result.append(Launch(f"triton matmul {kind} {m}x{n}x{k}", file(f"triton-3.6-mm_{kind}_sm80"), "mm_k", grid,
                                 (128,), [f"{element}[{m * k}]=zeros", f"{element}[{k * n}]=zeros",
                                          f"f32[{m * n}]=zeros"] + sizes + no_scratch, shared=99 * 1024))
    result.append(Launch("wmma 128x128x64", file("nvrtc-13.0-wmma"), "wmma_gemm", (4, 4), (32,),
                         ["u16[8192]=zeros", "u16[8192]=zeros", "f32[16384]=zeros", "i32=128", "i32=64", "f32=0.5",
                          "f32=2"]))
    result.append(Launch("mma with cp.async 128x128x64", file("nvrtc-13.0-mma"), "mma_gemm", (8, 8), (32,),
                         ["u16[8192]=zeros", "u16[8192]=zeros", "f32[16384]=zeros", "i32=128", "i32=128", "i32=64"]))
    return result


def launches():
    return patterns() + loops() + solutions() + tensor()
