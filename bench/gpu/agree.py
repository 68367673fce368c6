#!/usr/bin/env python3
"""Times by the tutor beside Triton's do_bench and Nsight Compute's gpu__time_duration, for the same kernels, on a GPU.

    agree.py --tritutor build/release/app/tritutor     prints the table
    agree.py --launch                                  launches each kernel a few times: what the profiler watches
"""

import argparse
import csv
import ctypes
import io
import json
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from triton.testing import do_bench

ROOT = Path(__file__).resolve().parents[2]
LAUNCHES = 7


def cdiv(a, b):
    return -(-a // b)


def cases():
    """name, exercise, sizes, file, kernel, grid, block, arguments (a tensor, or a number as it is packed)"""
    def random(n):
        return torch.rand(n, device="cuda") * 2 - 1

    for power in (20, 24, 26, 28):
        n = 1 << power
        yield (f"1.1, n = 2^{power}", "1.1", {"n": n}, "level1/vector_scaling.cu", "vector_scaling", (cdiv(n, 1024), 1, 1), (256, 1, 1),
               [random(n), random(n), struct.pack("f", 2.5), struct.pack("i", n)])
    for m, n in ((2048, 2048), (16384, 4096)):
        yield (f"3.1, {m} x {n}", "3.1", {"m": m, "n": n}, "level3/matrix_transpose.cu", "matrix_transpose",
               (cdiv(n, 32), cdiv(m, 32), 1), (32, 8, 1), [random(m * n), random(m * n), struct.pack("i", m), struct.pack("i", n)])
        yield (f"2.3, {m} x {n}", "2.3", {"m": m, "n": n}, "level2/softmax.cu", "softmax", (m, 1, 1), (256, 1, 1),
               [random(m * n), random(m * n), struct.pack("i", m), struct.pack("i", n)])
    n = 1 << 26
    yield ("5.3, n = 2^26", "5.3", {"n": n}, "level5/fused_dropout.cu", "fused_dropout", (cdiv(n, 256), 1, 1), (256, 1, 1),
           [random(n), random(n), struct.pack("f", 0.5), struct.pack("i", 7), struct.pack("i", n)])
    nq, nk, d = 32768, 2048, 64
    yield ("5.2, 32768 x 2048 x 64", "5.2", {"nq": nq, "nk": nk, "d": d}, "level5/attention_scores.cu", "attention_scores",
           (cdiv(nq, 32), 1, 1), (32, 8, 1), [random(nq * d), random(nk * d), random(nq * nk)] + [struct.pack("i", v) for v in (nq, nk, d)])
    for n in (256, 512, 1024, 2048, 4096):
        yield (f"4.1, {n}^3", "4.1", {"m": n, "n": n, "k": n}, "level4/tiled_matmul.cu", "tiled_matmul", (cdiv(n, 64), cdiv(n, 64), 1),
               (16, 16, 1), [random(n * n), random(n * n), random(n * n)] + [struct.pack("i", n)] * 3)


class Nvrtc:
    def __init__(self):
        self.lib = next(lib for lib in map(self.opened, ["/usr/local/cuda/lib64/libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"]) if lib)

    @staticmethod
    def opened(name):
        try:
            return ctypes.CDLL(name)
        except OSError:
            return None

    def cubin(self, source):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "tritutor_problem.cuh").write_text("struct Problem { int n, m, k, batch, nq, nk, d; };\n")
            major, minor = torch.cuda.get_device_capability()
            options = [f"--gpu-architecture=sm_{major}{minor}".encode(), b"-std=c++17", b"-lineinfo", b"-default-device",
                       f"-I{ROOT / 'tl'}".encode(), f"-I{folder}".encode(), b"-I/usr/local/cuda/include"]
            program, size = ctypes.c_void_p(), ctypes.c_size_t()
            self.lib.nvrtcCreateProgram(ctypes.byref(program), source.read_bytes(), source.name.encode(), 0, None, None)
            if self.lib.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options)) != 0:
                self.lib.nvrtcGetProgramLogSize(program, ctypes.byref(size))
                log = ctypes.create_string_buffer(size.value)
                self.lib.nvrtcGetProgramLog(program, log)
                sys.exit(log.value.decode())
            self.lib.nvrtcGetCUBINSize(program, ctypes.byref(size))
            code = ctypes.create_string_buffer(size.value)
            self.lib.nvrtcGetCUBIN(program, code)
            return code.raw


class Kernel:
    """A kernel with its arguments; calling it launches it on PyTorch's stream."""

    def __init__(self, nvrtc, file, name, grid, block, arguments):
        self.cuda = ctypes.CDLL("libcuda.so.1")
        torch.zeros(1, device="cuda")  # makes the primary context current
        module, self.function = ctypes.c_void_p(), ctypes.c_void_p()
        self.code = nvrtc.cubin(ROOT / "solutions" / file)
        assert self.cuda.cuModuleLoadData(ctypes.byref(module), self.code) == 0
        assert self.cuda.cuModuleGetFunction(ctypes.byref(self.function), module, name.encode()) == 0
        self.arguments = arguments
        self.values = [ctypes.c_uint64(a.data_ptr()) if torch.is_tensor(a) else ctypes.create_string_buffer(a) for a in arguments]
        self.pointers = (ctypes.c_void_p * len(self.values))(*[ctypes.addressof(v) for v in self.values])
        self.shape = (*grid, *block)

    def __call__(self):
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        assert self.cuda.cuLaunchKernel(self.function, *self.shape, 0, stream, self.pointers, None) == 0


def by_tutor(tritutor, exercise, sizes):
    curriculum = json.loads((ROOT / "curriculum.json").read_text())
    for one in curriculum["exercises"]:
        if one["id"] == exercise:
            one["timed"] = [{"case": one["timed"][0]["case"], "sizes": sizes}]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(curriculum, file)
        file.flush()
        done = subprocess.run([tritutor, "--curriculum", file.name, "dev", "gpu", exercise, "--json"], capture_output=True, text=True)
    try:
        return json.loads(done.stdout)[0]["timing"]
    except (json.JSONDecodeError, KeyError, IndexError):
        sys.exit(f"agree.py: {exercise} {sizes}: {done.stderr or done.stdout}")


def by_profiler():
    command = ["ncu", "--csv", "--page", "raw", "--metrics", "gpu__time_duration.sum", "--print-units", "base", "--clock-control", "none",
               "--kernel-name-base", "function", "--kernel-name", "regex:^(vector_scaling|matrix_transpose|softmax|fused_dropout|attention_scores|tiled_matmul)$",
               sys.executable, __file__, "--launch"]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith('"')]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))[1:]
    times = [float(row["gpu__time_duration.sum"].replace(",", "")) / 1000 for row in rows]
    return [statistics.median(times[i : i + LAUNCHES]) for i in range(0, len(times), LAUNCHES)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tritutor", default=str(ROOT / "build/release/app/tritutor"))
    parser.add_argument("--launch", action="store_true")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    nvrtc = Nvrtc()
    if options.launch:
        for _, _, _, file, kernel, grid, block, arguments in cases():
            one = Kernel(nvrtc, file, kernel, grid, block, arguments)
            for _ in range(LAUNCHES):
                one()
            torch.cuda.synchronize()
        return
    profiled = by_profiler()
    rows = []
    print(f"{torch.cuda.get_device_name()}; us, medians")
    print("| kernel | tutor | MHz | do_bench | tutor / do_bench | profiler | tutor / profiler |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for i, (name, exercise, sizes, file, kernel, grid, block, arguments) in enumerate(cases()):
        bench = 1000 * do_bench(Kernel(nvrtc, file, kernel, grid, block, arguments), warmup=100, rep=300, return_mode="median")
        torch.cuda.empty_cache()
        timing = by_tutor(options.tritutor, exercise, sizes)
        us, ncu = timing["time_us"], profiled[i] if i < len(profiled) else float("nan")
        rows.append({"kernel": name, "tutor": us, "do_bench": bench, "profiler": ncu, "empty": timing.get("empty_us")})
        empty = f" (an empty pair of events: {timing['empty_us']:.1f})" if "empty_us" in timing else ""
        print(f"| {name} | {us:.1f}{empty} | {timing['clock_mhz']:.0f} | {bench:.1f} | {us / bench:.3f} | {ncu:.1f} | {us / ncu:.3f} |", flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
