#!/usr/bin/env python3
"""Holds the virtual GPU's counters against Nsight Compute's, launch by launch (launches.py).

    compare.py prepare DIR --vgpu build/release/app/vgpu/vgpu    PTX and lane maps into DIR, the virtual GPU's counters
    ncu ... compare.py launch DIR                                runs every launch on a GPU, by the driver alone
    compare.py profile DIR                                       the line above, with the metrics; writes DIR/ncu.csv
    compare.py table DIR [--all]                                 both side by side, and how far apart they are
    compare.py time DIR                                          the solutions at the curriculum's sizes, on a GPU
    compare.py times DIR --tritutor build/release/app/tritutor   those beside the predictions for an H200

The same PTX runs on both sides. Only `profile`, `launch` and `time` need a GPU, only `prepare` and `times` NVRTC.
"""

import argparse
import csv
import ctypes
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))
from launches import launches, timed  # noqa: E402

PACK = {"u8": "B", "u16": "H", "u32": "I", "i32": "i", "i64": "q", "f32": "f"}

# The profiler's metric for each of ours; several are added up, or taken off (-).
METRICS = {
    "global_load_requests": ["l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"],  # cp.async included
    "global_load_sectors": ["l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"],
    "global_store_requests": ["l1tex__t_requests_pipe_lsu_mem_global_op_st.sum"],
    "global_store_sectors": ["l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"],
    "shared_load_requests": ["smsp__inst_executed_op_shared_ld_pred_on_any.sum", "smsp__inst_executed_op_ldsm.sum"],
    "shared_load_wavefronts": ["l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum"],
    "shared_store_requests": ["smsp__inst_executed_op_shared_st_pred_on_any.sum", "smsp__inst_executed_op_ldgsts.sum"],
    "shared_store_wavefronts": ["l1tex__data_pipe_lsu_wavefronts_mem_shared_op_st.sum",
                                "smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op_ldgsts.sum"],
    "bank_conflicts": ["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum",
                       "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum"],
    "dram_read_sectors": ["dram__sectors_read.sum"],
    "dram_written_sectors": ["dram__sectors_write.sum"],
    "tensor_operations": ["smsp__inst_executed_pipe_tensor_op_hmma.sum",
                          "-smsp__inst_executed_pipe_tensor_op_hmma_type_hfma2.sum"],
    "time_us": ["gpu__time_duration.sum"],
}
# Of the same, where it is less. The hardware's counters above see the data path of shared memory, which fills and stores
# of L1 share: under traffic to global memory they hold up to 10 % more than the instructions need. These are counted
# instruction by instruction; but of wide loads whose lanes agree and conflict at once they hold more than the hardware.
BY_INSTRUCTION = {
    "shared_load_wavefronts": ["smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op_ld.sum",
                               "smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op_ldsm.sum"],
    "shared_store_wavefronts": ["smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op_st.sum",
                                "smsp__sass_l1tex_data_pipe_lsu_wavefronts_mem_shared_op_ldgsts.sum"],
}
# Of these the virtual GPU has a count to be held against the profiler's.
COMPARED = [name for name in METRICS if name != "time_us"]
# So little is read besides by every kernel: its code, its parameters.
LEAST_DRAM_SECTORS = 4096


def nvrtc():
    for name in [os.environ.get("TRITUTOR_NVRTC") or "libnvrtc.so", "/usr/local/cuda/lib64/libnvrtc.so", "libnvrtc.so.13",
                 "libnvrtc.so.12"]:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    sys.exit("compare.py: there is no NVRTC; set TRITUTOR_NVRTC to libnvrtc.so")


def compiled(lib, source, folder, architecture="compute_80"):
    """PTX; of a real architecture (sm_90) a cubin."""
    # What the tutor makes for each exercise; here one that fits all plans, which are compiled but not run.
    (folder / "tritutor_problem.cuh").write_text("struct Problem { int n, m, k, batch, nq, nk, d; };\n")
    options = [f"--gpu-architecture={architecture}".encode(), b"-lineinfo", b"-default-device", f"-I{ROOT / 'tl'}".encode(),
               f"-I{folder}".encode(), b"-I/usr/local/cuda/include"]
    program = ctypes.c_void_p()
    lib.nvrtcCreateProgram(ctypes.byref(program), source.read_bytes(), source.name.encode(), 0, None, None)
    if lib.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options)) != 0:
        size = ctypes.c_size_t()
        lib.nvrtcGetProgramLogSize(program, ctypes.byref(size))
        log = ctypes.create_string_buffer(size.value)
        lib.nvrtcGetProgramLog(program, log)
        sys.exit(f"compare.py: {source}:\n{log.value.decode()}")
    size = ctypes.c_size_t()
    kind = "CUBIN" if architecture.startswith("sm_") else "PTX"
    getattr(lib, f"nvrtcGet{kind}Size")(program, ctypes.byref(size))
    code = ctypes.create_string_buffer(size.value)
    getattr(lib, f"nvrtcGet{kind}")(program, code)
    return code.raw if kind == "CUBIN" else code.value


def ptx_file(folder, launch):
    return folder / (launch.file.replace("/", "_") + ".ptx")


def virtual(vgpu, folder, launch):
    arguments = list(launch.args)
    for index, lanes in launch.maps.items():
        path = folder / (re.sub(r"\W", "_", launch.name) + ".map")
        path.write_bytes(struct.pack(f"{len(lanes)}i", *lanes))
        arguments[index] += f"=file:{path}"
    command = [vgpu, "run", str(ptx_file(folder, launch)), "--kernel", launch.kernel, "--json", "--threads", "1",
               "--shared", str(launch.shared), "--grid", ",".join(map(str, launch.grid)), "--block", ",".join(map(str, launch.block))]
    for argument in arguments:
        command += ["--arg", argument]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        outcome = json.loads(done.stdout)
    except json.JSONDecodeError:
        sys.exit(f"compare.py: {launch.name}: {done.stderr or done.stdout}")
    for finding in outcome["findings"]:
        if finding["kind"] != "race":  # lanes that store to one place are among the patterns
            sys.exit(f"compare.py: {launch.name}: {finding['message']}")
    counters = outcome["counters"]
    flat = {**counters, **counters.get("total", {})}
    return {name: flat[name] for name in COMPARED}


def prepare(folder, vgpu):
    folder.mkdir(parents=True, exist_ok=True)
    lib = nvrtc()
    for file in sorted({launch.file for launch in launches()}):
        launch = next(each for each in launches() if each.file == file)
        source = ROOT / file
        text = source.read_bytes() if source.suffix == ".ptx" else compiled(lib, source, folder)
        ptx_file(folder, launch).write_bytes(text)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = pool.map(lambda launch: virtual(vgpu, folder, launch), launches())
        counters = {launch.name: counts for launch, counts in zip(launches(), counted)}
    (folder / "virtual.json").write_text(json.dumps(counters, indent=1))


class Driver:
    """What of libcuda a launch needs; a failed call ends the program by name."""

    def __init__(self):
        self.lib = ctypes.CDLL("libcuda.so.1")
        self.call("cuInit", 0)
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), 0)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)
        self.modules = {}

    def call(self, name, *arguments):
        status = getattr(self.lib, name)(*arguments)
        if status != 0:
            sys.exit(f"compare.py: {name} failed with status {status}")

    def function(self, path, name):
        if path not in self.modules:
            module = ctypes.c_void_p()
            self.call("cuModuleLoadData", ctypes.byref(module), path.read_bytes() + b"\0")
            self.modules[path] = module
        function = ctypes.c_void_p()
        self.call("cuModuleGetFunction", ctypes.byref(function), self.modules[path], name.encode())
        return function

    def upload(self, data):
        address = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(len(data)))
        self.call("cuMemcpyHtoD_v2", address, data, ctypes.c_size_t(len(data)))
        return address

    def run(self, folder, launch, repeats=0):
        """Once; or so often, with the median of the times in us as the result."""
        values, buffers = [], []
        for index, text in enumerate(launch.args):
            if text == "null":
                values.append(ctypes.c_uint64(0))
                continue
            buffer = re.fullmatch(r"(\w+)\[(\d+)\](?:=(.*))?", text)
            if not buffer:
                element, value = text.split("=")
                values.append(ctypes.create_string_buffer(struct.pack(PACK[element], (float if element[0] == "f" else int)(value))))
                continue
            element, count = buffer[1], int(buffer[2])
            if index in launch.maps:
                data = struct.pack(f"{count}i", *launch.maps[index])
            elif buffer[3].startswith("random"):
                # Other values than the virtual GPU's: no counter hangs on them.
                piece = struct.pack(f"4096{PACK[element]}", *[(i * 2654435761 % 4093) / 4093 for i in range(4096)])
                data = (piece * (count // 4096 + 1))[: count * 4]
            else:
                data = bytes(count * struct.calcsize(PACK[element]))
            buffers.append(self.upload(data))
            values.append(buffers[-1])
        pointers = (ctypes.c_void_p * len(values))(*[ctypes.addressof(value) for value in values])
        grid, block = (tuple(extent) + (1, 1, 1) for extent in (launch.grid, launch.block))
        function = self.function(ptx_file(folder, launch), launch.kernel)
        if launch.shared > 48 * 1024:
            self.call("cuFuncSetAttribute", function, 8, launch.shared)  # CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
        times = []
        events = [ctypes.c_void_p(), ctypes.c_void_p()]
        for event in events:
            self.call("cuEventCreate", ctypes.byref(event), 0)
        for _ in range(max(repeats, 1)):
            self.call("cuEventRecord", events[0], None)
            self.call("cuLaunchKernel", function, *grid[:3], *block[:3], launch.shared, None, pointers, None)
            self.call("cuEventRecord", events[1], None)
            self.call("cuCtxSynchronize")
            ms = ctypes.c_float()
            self.call("cuEventElapsedTime", ctypes.byref(ms), *events)
            times.append(ms.value * 1000)
        for address in buffers:
            self.call("cuMemFree_v2", address)
        return statistics.median(times)


def launch_all(folder):
    driver = Driver()
    for launch in launches():
        driver.run(folder, launch)


def time_solutions(folder):
    driver = Driver()
    times = {exercise: [driver.run(folder, step, 21) for step in steps] for exercise, steps in timed().items()}
    (folder / "times.json").write_text(json.dumps(times, indent=1))


def predicted(tritutor, solution):
    with tempfile.TemporaryDirectory() as workspace:
        subprocess.run([tritutor, "init", workspace], check=True, capture_output=True)
        done = subprocess.run([tritutor, "submit", str(solution), "--json", "--profile", "H200"], cwd=workspace,
                              capture_output=True, text=True)
    return json.loads(done.stdout)["timing"]


def table_of_times(folder, tritutor):
    measured = json.loads((folder / "times.json").read_text())
    print("| exercise | kernel | measured us | predicted us | predicted / measured | limiter, predicted |")
    print("| --- | --- | --- | --- | --- | --- |")
    for exercise, steps in timed().items():
        timing, us = predicted(tritutor, ROOT / steps[0].file), sum(measured[exercise])
        print(f"| {exercise} | {steps[0].kernel} | {us:.1f} | {timing['time_us']:.1f} | {timing['time_us'] / us:.2f} "
              f"| {timing['limiter']} |")


def profile(folder):
    wanted = sorted({metric.lstrip("-") for names in [*METRICS.values(), *BY_INSTRUCTION.values()]
                     for metric in names})
    metrics = ",".join(wanted)
    command = ["ncu", "--csv", "--page", "raw", "--metrics", metrics, "--print-units", "base", "--clock-control", "none",
               "--log-file", str(folder / "ncu.csv"), sys.executable, __file__, "launch", str(folder)]
    sys.exit(subprocess.run(command).returncode)


def profiled(folder):
    lines = [line for line in (folder / "ncu.csv").read_text().splitlines() if line.startswith('"')]
    rows = list(csv.DictReader(lines))[1:]  # the first holds the units
    names = [launch.name for launch in launches()]
    if len(rows) != len(names):
        sys.exit(f"compare.py: {folder / 'ncu.csv'} holds {len(rows)} launches, not {len(names)}")
    number = lambda text: float(text.replace(",", "")) if text not in ("", "n/a") else 0
    value = lambda row, metric: -value(row, metric[1:]) if metric[0] == "-" else number(row.get(metric, ""))
    total = lambda row, metrics: sum(value(row, metric) for metric in metrics)
    return {name: {ours: min(total(row, theirs), total(row, BY_INSTRUCTION.get(ours, theirs)))
                   for ours, theirs in METRICS.items()} for name, row in zip(names, rows)}


def table(folder, everything):
    ours, theirs = json.loads((folder / "virtual.json").read_text()), profiled(folder)
    groups = {}
    for launch in launches():
        group = ("shared patterns" if launch.name.startswith("shared_") else
                 "global patterns" if launch.name.startswith("global_") else
                 "adjacent accesses" if "loops.cu" in launch.file else
                 "solutions" if launch.file.startswith("solutions") else "Triton's and tensor-core kernels")
        groups.setdefault(group, []).append(launch)
    for group, members in groups.items():
        print(f"\n## {group}: {len(members)} launches\n")
        print("| counter | launches | equal | within 2 % | within 10 % | sum, virtual | sum, profiler | ratio |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        far = []
        for metric in COMPARED:
            used = [launch for launch in members if ours[launch.name][metric] or theirs[launch.name][metric]]
            if metric == "dram_read_sectors":
                used = [launch for launch in used if ours[launch.name][metric] >= LEAST_DRAM_SECTORS]
            if metric == "dram_written_sectors":  # small results stay in L2
                used = [launch for launch in used if launch.large and ours[launch.name][metric] >= LEAST_DRAM_SECTORS]
            if not used:
                continue
            equal = two = ten = 0
            for launch in used:
                a, b = ours[launch.name][metric], theirs[launch.name][metric]
                apart = abs(a - b) / max(b, 1)
                equal, two, ten = equal + (a == b), two + (apart <= 0.02), ten + (apart <= 0.1)
                if a != b and (everything or apart > (0.1 if metric.startswith("dram") else 0.02)):
                    far.append(f"{launch.name}: {metric} {a:.0f}, profiler {b:.0f} ({a / max(b, 1):.3f})")
            a, b = (sum(side[launch.name][metric] for launch in used) for side in (ours, theirs))
            print(f"| {metric} | {len(used)} | {equal} | {two} | {ten} | {a:.0f} | {b:.0f} | {a / max(b, 1):.4f} |")
        if far:
            print("\nApart:\n")
            for line in far:
                print(f"- {line}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["prepare", "launch", "profile", "table", "time", "times"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vgpu", default=str(ROOT / "build/release/app/vgpu/vgpu"))
    parser.add_argument("--tritutor", default=str(ROOT / "build/release/app/tritutor"))
    parser.add_argument("--all", action="store_true", help="table: every difference, not only the large ones")
    options = parser.parse_args()
    if options.what == "prepare":
        prepare(options.folder, options.vgpu)
    elif options.what == "launch":
        launch_all(options.folder)
    elif options.what == "profile":
        profile(options.folder)
    elif options.what == "time":
        time_solutions(options.folder)
    elif options.what == "times":
        table_of_times(options.folder, options.tritutor)
    else:
        table(options.folder, options.all)


if __name__ == "__main__":
    main()
