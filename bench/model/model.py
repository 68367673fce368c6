#!/usr/bin/env python3
"""Holds the predicted times of many kernels (variants.py) against a card's.

    model.py prepare DIR --model build/release/bench/model     sources, cubins and the virtual GPU's counters into DIR
    model.py measure DIR                                        the times on a GPU, by the driver alone: DIR/measured.json
    ncu --profile-from-start off ... model.py launch DIR NAMES  every launch of some of them once, for the profiler
    model.py fit DIR --measured FILE                            figures for grader/judge/time_model.h, from one half
    model.py table DIR --measured FILE                          all beside the card's, and the other half's errors

Only `measure` and `launch` need a GPU, only `prepare` NVRTC. What was measured stands in bench/results.
"""

import argparse
import ctypes
import hashlib
import json
import math
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


def source_number(variant):
    """Of its text, so that a time is held against no other kernel."""
    return hashlib.sha256(variant.text.encode()).hexdigest()[:16]


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
        return {"name": each.name, "group": group, "source": source_number(each), **json.loads(done.stdout)}

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
        result = {"name": counted["name"], "source": counted["source"], "us": round(statistics.median(whole), 3),
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


class Held:
    """What was measured and what is predicted, kernel by kernel; another text under a measured name does not count."""

    def __init__(self, folder, measured, model, profile):
        counted = counted_in(folder)
        card = json.loads(measured.read_text())
        times = {each["name"]: each for each in card["kernels"]}
        self.card = f"{card['card']}, driver {card['driver']}"
        self.kernels = [(i, each, times[each["name"]]["us"]) for i, each in enumerate(counted)
                        if each["name"] in times and times[each["name"]]["source"] == each["source"]]
        self.left_out = [each["name"] for each in counted if each["name"] not in {k["name"] for _, k, _ in self.kernels}]
        groups = {}
        for kernel in self.kernels:
            groups.setdefault(kernel[1]["group"], []).append(kernel)
        self.beyond = groups.pop("far apart", [])
        self.fitted = [kernel for members in groups.values() for kernel in members[::2]]
        self.held_out = [kernel for members in groups.values() for kernel in members[1::2]]
        self.model, self.profile, self.counters = model, str(profile), str(folder / "counters.json")
        self.process = subprocess.Popen([model, "predict", self.profile, self.counters], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def predicted(self, figures=None):
        self.process.stdin.write(" ".join(f"{name}={value}" for name, value in (figures or {}).items()) + "\n")
        self.process.stdin.flush()
        return [float(us) for us in self.process.stdout.readline().split()]

    def ratios(self, kernels, figures=None):
        predicted = self.predicted(figures)
        return [predicted[i] / us for i, _, us in kernels]


def fit(held):
    """Coordinate by coordinate, in ever smaller steps. A figure that no kernel asks to be another one stays."""
    start = json.loads(subprocess.run([held.model, "figures"], check=True, capture_output=True, text=True).stdout)

    def loss(figures):
        far = [math.log(ratio) for ratio in held.ratios(held.fitted, figures)]
        kept = sum((0.15 * math.log(figures[name] / start[name])) ** 2 for name in start)
        return sum(0.18 * (math.sqrt(1 + (each / 0.3) ** 2) - 1) for each in far) + kept

    figures, best, step = dict(start), loss(start), 0.2
    while step > 0.004:
        improved = False
        for name in figures:
            for factor in (1 + step, 1 / (1 + step)):
                trial = {**figures, name: figures[name] * factor}
                if name == "dram_efficiency":
                    trial[name] = min(trial[name], 1.0)
                value = loss(trial)
                if value < best - 1e-6:
                    figures, best, improved = trial, value, True
                    break
        if not improved:
            step /= 2
    print(json.dumps({name: float(f"{value:.3g}") for name, value in figures.items()}, indent=1))
    errors_of(held, "fitted", held.fitted, figures)
    errors_of(held, "held out", held.held_out, figures)


def errors_of(held, name, kernels, figures=None):
    ratios = held.ratios(kernels, figures)
    mean = math.exp(statistics.mean(abs(math.log(ratio)) for ratio in ratios)) - 1
    far = [ratio for ratio in ratios if abs(ratio - 1) > 0.4]
    pairs = [(a, b) for a in range(len(kernels)) for b in range(a)
             if not 1 / 1.1 < kernels[a][2] / kernels[b][2] < 1.1]
    right = sum((kernels[a][2] > kernels[b][2]) == (ratios[a] * kernels[a][2] > ratios[b] * kernels[b][2])
                for a, b in pairs)
    same = [(a, b) for a, b in pairs if kernels[a][1]["exercise"] == kernels[b][1]["exercise"]]
    right_same = sum((kernels[a][2] > kernels[b][2]) == (ratios[a] * kernels[a][2] > ratios[b] * kernels[b][2])
                     for a, b in same)
    print(f"| {name} | {len(kernels)} | {100 * mean:.1f} % | {min(ratios):.2f} to {max(ratios):.2f} | {len(far)} "
          f"| {100 * right / len(pairs):.1f} % of {len(pairs)} | {100 * right_same / len(same):.1f} % of {len(same)} |")


def table(held):
    parts = json.loads(subprocess.run([held.model, "parts", held.profile, held.counters], check=True,
                                      capture_output=True, text=True).stdout)
    print(f"Card: {held.card}\n")
    print("| half | kernels | geometric mean error | predicted / measured | off by more than 40 % "
          "| order right, of pairs 10 % apart | of one exercise |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    errors_of(held, "fitted", held.fitted)
    errors_of(held, "held out", held.held_out)
    predicted = held.predicted()
    kinds = sorted({(part["scattered"], part["error"]) for part in parts})
    print("\n| prediction may be slower by | held out | measured / predicted | fitted | measured / predicted |")
    print("| --- | --- | --- | --- | --- |")
    for kind in kinds:
        row = []
        for kernels in (held.held_out, held.fitted):
            ratios = sorted(us / predicted[i] for i, _, us in kernels
                            if (parts[i]["scattered"], parts[i]["error"]) == kind)
            ends = ratios[:2] + ratios[-2:] if len(ratios) > 3 else ratios
            row += [str(len(ratios)), ", ".join(f"{ratio:.2f}" for ratio in ends)]
        print(f"| {kind[1]}{' (scattered)' if kind[0] else ''} | {' | '.join(row)} |")
    halves = (("Held out", held.held_out), ("Fitted", held.fitted), ("Not modelled", held.beyond))
    for name, kernels in halves:
        print(f"\n## {name}\n\n| kernel | measured us | predicted us | ratio | busiest parts, us |")
        print("| --- | --- | --- | --- | --- |")
        for i, kernel, us in kernels:
            busiest = sorted(parts[i]["us"].items(), key=lambda part: -part[1])[:3]
            print(f"| {kernel['name']} | {us:.1f} | {predicted[i]:.1f} | {predicted[i] / us:.2f} "
                  f"| {', '.join(f'{part} {value:.0f}' for part, value in busiest)} |")
    if held.left_out:
        print(f"\nNot measured as they are now: {', '.join(held.left_out)}.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["prepare", "measure", "launch", "fit", "table"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--model", default=str(ROOT / "build/release/bench/model"))
    parser.add_argument("--architecture", default="sm_90")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measured", type=Path)
    parser.add_argument("--profile", type=Path, default=ROOT / "grader/profiles/h100.json")
    arguments = parser.parse_args()
    if arguments.command == "prepare":
        prepare(arguments.folder, arguments.model, arguments.architecture)
    elif arguments.command == "measure":
        measure(arguments.folder, arguments.out or arguments.folder / "measured.json")
    elif arguments.command == "launch":
        launch(arguments.folder, arguments.names)
    else:
        measured = arguments.measured or arguments.folder / "measured.json"
        held = Held(arguments.folder, measured, arguments.model, arguments.profile)
        (fit if arguments.command == "fit" else table)(held)


if __name__ == "__main__":
    main()
