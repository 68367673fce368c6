#!/usr/bin/env python3
"""Holds the predicted times of many kernels (variants.py) against a card's.

    model.py prepare DIR --model build/release/bench/model     sources, cubins and the virtual GPU's counters into DIR
    model.py measure DIR                                        the times on a GPU, by the driver alone: DIR/measured.json
    ncu --profile-from-start off ... model.py launch DIR NAMES  every launch of some of them once, for the profiler

Only `measure` and `launch` need a GPU, only `prepare` NVRTC.
"""

import argparse
import ctypes
import json
import os
import re
import statistics
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).resolve().parent), str(ROOT / "bench/profiler")]
from compare import PACK, Driver, compiled, nvrtc  # noqa: E402
from variants import variants  # noqa: E402

FILL = """extern "C" __global__ void fill(unsigned* data, unsigned long long n, int floats) {
  for (unsigned long long i = blockIdx.x * 1024ull + threadIdx.x; i < n; i += gridDim.x * 1024ull) {
    unsigned v = static_cast<unsigned>(i) * 2654435761u ^ static_cast<unsigned>(i >> 7) * 2246822519u;
    v ^= v >> 15, v *= 2654435761u, v ^= v >> 13;
    data[i] = floats ? __float_as_uint(static_cast<float>(v) * 4.65661287e-10f - 1.0f) : v;
  }
}
"""
FLUSH_BYTES = 256 << 20  # beyond every L2


def file_name(name):
    return re.sub(r"[^\w.]+", "_", name)


def prepare(folder, model, architecture):
    (folder / "cubin").mkdir(parents=True, exist_ok=True)
    (folder / "source").mkdir(exist_ok=True)
    lib = nvrtc()
    (folder / "fill.cu").write_text(FILL)
    (folder / "fill.cubin").write_bytes(compiled(lib, folder / "fill.cu", folder, architecture))
    members = [(group, each) for group, all_of in variants().items() for each in all_of]

    def one(member):
        group, each = member
        source = folder / "source" / f"{file_name(each.name)}.cu"
        source.write_text(each.text)
        done = subprocess.run([model, "counters", each.exercise, str(source)], capture_output=True, text=True)
        if done.returncode != 0:
            return f"{each.name}: {done.stderr}"
        return {"name": each.name, "group": group, **json.loads(done.stdout)}

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = list(pool.map(one, members))
    for failure in (each for each in counted if isinstance(each, str)):
        print(failure, file=sys.stderr)
    counted = [each for each in counted if not isinstance(each, str)]
    for each in counted:
        name = file_name(each["name"])
        (folder / "cubin" / f"{name}.cubin").write_bytes(
            compiled(lib, folder / "source" / f"{name}.cu", folder, architecture))
    (folder / "counters.json").write_text("[\n" + ",\n".join(json.dumps(each) for each in counted) + "\n]\n")


class Card(Driver):
    """The driver with random data, times and what it knows of a kernel."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.flushed = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(self.flushed), ctypes.c_size_t(FLUSH_BYTES))
        self.nvml = ctypes.CDLL("libnvidia-ml.so.1")
        self.nvml.nvmlInit_v2()
        self.handle = ctypes.c_void_p()
        self.nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self.handle))

    def sm_mhz(self):
        mhz = ctypes.c_uint()
        return mhz.value if self.nvml.nvmlDeviceGetClockInfo(self.handle, 1, ctypes.byref(mhz)) == 0 else 0

    def attribute(self, function, number):
        value = ctypes.c_int()
        self.call("cuFuncGetAttribute", ctypes.byref(value), number, function)
        return value.value

    def random(self, elements, floats, n_bytes):
        address = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(n_bytes))
        values = [address, ctypes.c_uint64(elements), ctypes.c_int(floats)]
        pointers = (ctypes.c_void_p * 3)(*[ctypes.addressof(value) for value in values])
        self.call("cuLaunchKernel", self.function(self.folder / "fill.cubin", "fill"), 1056, 1, 1, 1024, 1, 1, 0, None,
                  pointers, None)
        return address

    def event(self):
        event = ctypes.c_void_p()
        self.call("cuEventCreate", ctypes.byref(event), 0)
        return event

    def us(self, first, second):
        ms = ctypes.c_float()
        self.call("cuEventElapsedTime", ctypes.byref(ms), first, second)
        return ms.value * 1000

    def load(self, counted):
        """The steps' launches as functions, and the buffers they need."""
        values, buffers = [], []
        for text in counted["arguments"]:
            buffer = re.fullmatch(r"(\w+)\[(\d+)\]=\w+", text)
            if buffer:
                elements = int(buffer[2])
                buffers.append(self.random(elements, buffer[1] == "f32", 4 * elements))
                values.append(buffers[-1])
            else:
                element, value = text.split("=")
                number = float(value) if element[0] == "f" else int(float(value))
                values.append(ctypes.create_string_buffer(struct.pack(PACK[element], number)))
        if counted["scratch_bytes"]:
            words = -(-counted["scratch_bytes"] // 4)
            buffers.append(self.random(words, 1, 4 * words))
        steps = []
        cubin = self.folder / "cubin" / f"{file_name(counted['name'])}.cubin"
        for step in counted["steps"]:
            function = self.function(cubin, step["kernel"])
            if step["dynamic_shared_bytes"] > 48 * 1024:
                self.call("cuFuncSetAttribute", function, 8, step["dynamic_shared_bytes"])
            own = values + ([buffers[-1]] if step["takes_scratch"] else [])
            pointers = (ctypes.c_void_p * len(own))(*[ctypes.addressof(value) for value in own])
            steps.append(lambda f=function, s=step, p=pointers: self.call(
                "cuLaunchKernel", f, *s["grid"], *s["block"], s["dynamic_shared_bytes"], None, p, None))
        return steps, buffers, values

    def facts(self, counted):
        """Of each step: what the cubin asks for, and how many blocks an SM holds."""
        cubin, result = self.folder / "cubin" / f"{file_name(counted['name'])}.cubin", []
        for step in counted["steps"]:
            function = self.function(cubin, step["kernel"])
            x, y, z = step["block"]
            blocks = ctypes.c_int()
            self.call("cuOccupancyMaxActiveBlocksPerMultiprocessor", ctypes.byref(blocks), function, x * y * z,
                      ctypes.c_size_t(step["dynamic_shared_bytes"]))
            result.append({"kernel": step["kernel"], "registers": self.attribute(function, 4),
                           "static_shared_bytes": self.attribute(function, 1), "local_bytes": self.attribute(function, 3),
                           "blocks_per_sm": blocks.value})
        return result

    def flush(self):
        # Another value than zero: L2 stores zeros cheaper than data.
        self.call("cuMemsetD32Async", self.flushed, 0x3F7A1B2C, ctypes.c_size_t(FLUSH_BYTES // 4), None)

    def times(self, steps, repeats):
        """Medians in us of all the steps together, and of each; the SM clock meanwhile."""
        events = []
        for _ in range(repeats):
            self.flush()
            pair = [self.event(), self.event()]
            self.call("cuEventRecord", pair[0], None)
            for step in steps:
                step()
            self.call("cuEventRecord", pair[1], None)
            events.append(pair)
        clocks = [self.sm_mhz()]
        while self.lib.cuEventQuery(events[-1][1]) == 600:  # CUDA_ERROR_NOT_READY
            clocks.append(self.sm_mhz())
        self.call("cuCtxSynchronize")
        whole = sorted(self.us(*pair) for pair in events)
        for pair in events:
            for event in pair:
                self.call("cuEventDestroy_v2", event)
        return whole, statistics.median(clocks)

    def measure(self, counted):
        steps, buffers, values = self.load(counted)
        first, _ = self.times(steps, 2)
        repeats = int(min(41, max(3, 100_000 / (first[0] + 150))))
        whole, mhz = self.times(steps, repeats)
        quarter = len(whole) // 4
        result = {"name": counted["name"], "us": round(statistics.median(whole), 3),
                  "quartiles_us": [round(whole[quarter], 3), round(whole[-1 - quarter], 3)], "repeats": repeats,
                  "sm_mhz": mhz, "steps": self.facts(counted)}
        if len(steps) > 1:
            for step, fact in zip(steps, result["steps"]):
                fact["us"] = round(statistics.median(self.times([step], 11)[0]), 3)
        for address in buffers:
            self.call("cuMemFree_v2", address)
        return result


def counted_in(folder):
    return json.loads((folder / "counters.json").read_text())


def measure(folder, out):
    card = Card(folder)
    name, driver = ctypes.create_string_buffer(100), ctypes.create_string_buffer(100)
    card.call("cuDeviceGetName", name, 100, 0)
    card.nvml.nvmlSystemGetDriverVersion(driver, 100)
    nothing = [ctypes.c_uint64(0), ctypes.c_uint64(0), ctypes.c_int(0)]
    pointers = (ctypes.c_void_p * 3)(*[ctypes.addressof(value) for value in nothing])
    fill = card.function(folder / "fill.cubin", "fill")
    empty = [lambda: card.call("cuLaunchKernel", fill, 1, 1, 1, 32, 1, 1, 0, None, pointers, None)]
    result = {"card": name.value.decode(), "driver": driver.value.decode(), "kernels": []}
    result["empty_event_pair_us"] = round(statistics.median(card.times([], 41)[0]), 3)
    result["empty_kernel_us"] = round(statistics.median(card.times(empty, 41)[0]), 3)
    result["two_empty_kernels_us"] = round(statistics.median(card.times(2 * empty, 41)[0]), 3)
    for counted in counted_in(folder):
        result["kernels"].append(card.measure(counted))
        print(result["kernels"][-1]["name"], result["kernels"][-1]["us"], result["kernels"][-1]["sm_mhz"], flush=True)
        out.write_text("{" + ",\n".join(f'"{key}": ' + (json.dumps(value) if key != "kernels" else
                       "[\n" + ",\n".join(map(json.dumps, value)) + "\n]") for key, value in result.items()) + "}\n")


def launch(folder, names):
    card = Card(folder)
    for name in names:
        counted = next(each for each in counted_in(folder) if each["name"] == name)
        steps, buffers, values = card.load(counted)
        card.flush()
        card.call("cuCtxSynchronize")
        card.call("cuProfilerStart")
        for step in steps:
            step()
        card.call("cuCtxSynchronize")
        card.call("cuProfilerStop")
        for address in buffers:
            card.call("cuMemFree_v2", address)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["prepare", "measure", "launch"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--model", default=str(ROOT / "build/release/bench/model"))
    parser.add_argument("--architecture", default="sm_90")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.folder, arguments.model, arguments.architecture)
    elif arguments.command == "measure":
        measure(arguments.folder, arguments.out or arguments.folder / "measured.json")
    else:
        launch(arguments.folder, arguments.names)


if __name__ == "__main__":
    main()
