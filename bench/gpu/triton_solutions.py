#!/usr/bin/env python3
"""The solutions in Triton at the sizes that curriculum.json times, on a GPU; PyTorch beside them.

    triton_solutions.py [SLUG...]      a table: medians of triton.testing.do_bench, in us

Each result is held against PyTorch's own first; a wrong one has no time. "of the limit" is against PyTorch's copy or
sum of as many bytes, timed by do_bench too; products have cuBLAS beside them instead.
"""

import importlib.util
import json
import sys
from pathlib import Path

import torch
import triton
from triton.testing import do_bench

ROOT = Path(__file__).resolve().parents[2]
torch.backends.cuda.matmul.allow_tf32 = False

#: What each output should be, in the order of the arguments; dropout's random numbers are no one's but Triton's.
WANTED = {
    "vector_addition": lambda x, y, **_: [x + y],
    "vector_scaling": lambda x, alpha, **_: [alpha * x],
    "elementwise_max": lambda x, y, **_: [torch.maximum(x, y)],
    "relu": lambda x, **_: [x.relu()],
    "sum_reduction": lambda x, **_: [x.sum().reshape(1)],
    "max_with_index": lambda x, **_: [each.reshape(1).to(kind) for each, kind in
                                      zip(torch.max(x, 0), (torch.float32, torch.int32))],
    "softmax": lambda x, **_: [x.softmax(1)],
    "matrix_transpose": lambda a, **_: [a.t().contiguous()],
    "row_normalization": lambda x, **_: [x / x.sum(1, keepdim=True)],
    "matrix_vector": lambda a, x, **_: [a @ x],
    "tiled_matmul": lambda a, b, **_: [a @ b],
    "fused_matmul_bias_relu": lambda a, b, bias, **_: [(a @ b + bias).relu()],
    "batched_matmul": lambda a, b, **_: [a @ b],
    "layer_normalization": lambda x, gamma, beta, n, **_: [torch.nn.functional.layer_norm(x, (n,), gamma, beta)],
    "attention_scores": lambda q, k, d, **_: [(q @ k.t() / d**0.5).softmax(1)],
}


def median_us(work):
    return do_bench(work, warmup=50, rep=200, return_mode="median") * 1e3


def limit_us(limit, sizes):
    """Of a copy of, or a sum over, as many bytes; None where the limit is another."""
    if limit["kind"] not in ("copy", "read"):
        return None
    count = eval(limit["bytes"], {}, sizes) // 4
    if limit["kind"] == "read":
        data = torch.rand(count, device="cuda")
        return median_us(lambda: data.sum())
    data, to = torch.rand(count // 2, device="cuda"), torch.empty(count // 2, device="cuda")
    return median_us(lambda: to.copy_(data))


def host_function(file, slug):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, slug)


def made(exercise, timed):
    """The arguments by name, in their order, and the names of the outputs."""
    case = next(case for case in exercise["cases"] if case["name"] == timed["case"])
    numbers = {**case["values"], **timed["sizes"]}
    arguments, outputs = {}, []
    for each in exercise["arguments"]:
        if each["role"] in ("size", "scalar"):
            arguments[each["name"]] = numbers[each["name"]]
            continue
        shape = [int(eval(str(side), {}, numbers)) for side in each["shape"]]
        kind = {"f32": torch.float32, "i32": torch.int32}[each["type"]]
        if each["role"] == "output":
            outputs.append(each["name"])
            arguments[each["name"]] = torch.empty(shape, dtype=kind, device="cuda").fill_(-1)
        else:
            arguments[each["name"]] = torch.rand(shape, dtype=kind, device="cuda")
    return arguments, outputs, numbers


def main():
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, Triton {triton.__version__}\n")
    print("| exercise | solution | us | limit, us | of the limit | PyTorch, us |\n| --- | --- | --- | --- | --- | --- |")
    for exercise in json.loads((ROOT / "curriculum.json").read_text())["exercises"]:
        slug = exercise["slug"]
        files = sorted((ROOT / "solutions" / f"level{exercise['level']}").glob(f"{slug}*.py"))
        if slug not in WANTED or not files or (sys.argv[1:] and slug not in sys.argv[1:]):
            continue
        arguments, outputs, numbers = made(exercise, exercise["timed"][0])
        wanted = WANTED[slug](**arguments)
        torch_us = median_us(lambda: WANTED[slug](**arguments))
        limit = limit_us(exercise["limit"], numbers)
        for file in files:
            function = host_function(file, slug)
            function(*arguments.values())
            right = all(torch.allclose(arguments[name], want, rtol=1e-4, atol=1e-6)
                        for name, want in zip(outputs, wanted))
            us = median_us(lambda: function(*arguments.values())) if right else float("nan")
            cells = [exercise["id"], file.stem, f"{us:.1f}" if right else "wrong"]
            cells += [f"{limit:.1f}", f"{100 * limit / us:.1f} %"] if limit else ["", ""]
            print("| " + " | ".join([*cells, f"{torch_us:.1f}"]) + " |", flush=True)
        torch.cuda.empty_cache()


main()
