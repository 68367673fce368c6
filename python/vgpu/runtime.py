"""Launches: what Triton's driver gives, run by libvgpu; findings, and the time that has passed on the device."""

from __future__ import annotations

import copy
import ctypes
import os
import re
import statistics
import sys
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional, Sequence

import numpy as np

from . import arguments, undefined
from .library import SCRATCH, Device, Module, VgpuError
from .report import Finding, finding_of

MAX_THREADS = 1024
DEFAULT_DEVICE = "A100"


class VgpuFinding(RuntimeError):
    """A kernel did something wrong (activate(on_finding="raise")); `findings` says what."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(each) for each in findings))
        self.findings = list(findings)


class State:
    """The virtual GPU of this process."""

    def __init__(self, device: str, on_finding: str, threads: int, steps: int) -> None:
        self.device = Device(device)
        self.on_finding = on_finding
        self.threads = threads
        self.steps = steps
        self.findings: list[Finding] = []
        self.notes: list[Finding] = []
        self.clock_us = 0.0  # predicted, of all launches so far
        self.launches = 0
        self.benchmarks = 0  # do_bench() that are under way
        self.last: dict[str, Any] = {}
        self.lock = threading.Lock()
        self.worker = ThreadPoolExecutor(1, "vgpu")

    def apart(self) -> "State":
        """The same device with findings and a clock of its own."""
        other = copy.copy(self)
        other.on_finding = "collect"
        other.findings, other.notes, other.last = [], [], {}
        other.clock_us, other.launches, other.benchmarks = 0.0, 0, 0
        return other


_state: Optional[State] = None
_saved_backends: dict[str, Any] = {}
_saved_compile: list[Any] = []


def current() -> State:
    global _state
    if _state is None:
        _state = State(os.environ.get("VGPU_DEVICE", DEFAULT_DEVICE), "report", 0, 0)
    return _state


def set_current(state: State) -> None:
    global _state
    _state = state


def install_backend() -> None:
    """From here on "cuda" is compiled for the virtual GPU."""
    import triton
    from triton.backends import Backend, backends

    from .triton_backend.compiler import VgpuBackend, guarded
    from .triton_backend.driver import VgpuDriver

    if "nvidia" in backends:
        _saved_backends["nvidia"] = backends.pop("nvidia")
    backends["vgpu"] = Backend(VgpuBackend, VgpuDriver)
    VgpuBackend.active = True
    if not _saved_compile:
        _saved_compile.append(triton.compiler.compile)
        # Kernels take it from triton.compiler when they are first launched.
        triton.compile = triton.compiler.compile = guarded(triton.compiler.compile)


def remove_backend() -> None:
    import triton
    from triton.backends import backends

    from .triton_backend.compiler import VgpuBackend

    VgpuBackend.active = False
    if _saved_compile:
        triton.compile = triton.compiler.compile = _saved_compile.pop()
    backends.update(_saved_backends)
    _saved_backends.clear()


_INLINE_ASSEMBLY = re.compile(rb"// begin inline asm\n(.*?)// end inline asm\n", re.DOTALL)
_LOCATION = re.compile(rb"^\s*\.loc\s[^\n]*\n", re.MULTILINE)


def lines_mended(ptx: bytes) -> bytes:
    """LLVM writes the place of what follows a piece of inline assembly (Triton's loads and stores) between the piece's
    instructions. A place holds for the whole piece if it comes before its first instruction, and else from its end on.
    """

    def mended(piece: "re.Match[bytes]") -> bytes:
        body = piece.group(1)
        start = 0
        while (place := _LOCATION.match(body, start)) is not None:
            start = place.end()
        late = b"".join(_LOCATION.findall(body, start))
        return (b"// begin inline asm\n" + body[:start] + _LOCATION.sub(b"", body[start:]) + b"// end inline asm\n" + late)

    return _INLINE_ASSEMBLY.sub(mended, ptx)


_modules: OrderedDict[bytes, Module] = OrderedDict()
_MOST_MODULES = 512


def load(ptx: bytes) -> Module:
    module = _modules.pop(ptx, None) or Module(lines_mended(ptx))
    _modules[ptx] = module
    if len(_modules) > _MOST_MODULES:
        _modules.popitem(last=False)
    return module


def torch_if_imported(or_import: bool = False) -> Any:
    if or_import:
        try:
            import torch  # noqa: F401
        except ImportError:
            return None
    return sys.modules.get("torch")


class _Buffers:
    """The storages of a launch on the device, and scratch; gone when it ends."""

    def __init__(self, device: Device, storages: Sequence[arguments.Storage]) -> None:
        self.device = device
        self.storages = storages
        self.scratch: list[int] = []

    def __enter__(self) -> "_Buffers":
        for storage in self.storages:
            host = storage.host
            if host % 16 != 0:
                raw = np.empty(storage.size + 64, np.uint8)
                start = -raw.ctypes.data % 64
                storage.moved = raw[start:start + storage.size]
                host = storage.moved.ctypes.data
                ctypes.memmove(host, storage.host, storage.size)
            storage.address = self.device.wrap(host, storage.size, storage.name, storage.element)
            mask = undefined.mask_of(storage)
            if mask is not None:
                self.device.mark_undefined(storage.address, mask.ctypes.data, storage.size)
        return self

    def add_scratch(self, size: int, name: str) -> int:
        self.scratch.append(self.device.allocate(size, name, "u8", SCRATCH))
        return self.scratch[-1]

    def __exit__(self, *_: Any) -> None:
        for storage in self.storages:
            if storage.address:
                self.device.free(storage.address)
            if storage.moved is not None:
                ctypes.memmove(storage.host, storage.moved.ctypes.data, storage.size)
        for address in self.scratch:
            self.device.free(address)


class Launcher:
    """What Triton makes of each compiled kernel, and calls for each launch."""

    def __init__(self, src: Any, metadata: Any) -> None:
        self.signature = list(src.signature.items())
        self.metadata = metadata
        function = getattr(src, "fn", None)
        self.names: Sequence[str] = getattr(function, "arg_names", ())

    def __call__(self, grid_x: int, grid_y: int, grid_z: int, stream: Any, function: Any, packed: Any,
                 launch_metadata: Any, enter_hook: Any, exit_hook: Any, *values: Any) -> None:
        grid = (int(grid_x), int(grid_y), int(grid_z))
        if 0 in grid:
            return
        if enter_hook is not None:
            enter_hook(launch_metadata)
        flat: list[arguments.Argument] = []
        for (key, kind), value in zip(self.signature, values):
            name = key if isinstance(key, str) else self.names[key] if key < len(self.names) else f"arg{key}"
            flat.extend(arguments.flatten(name, kind, value))
        self._run(grid, function, flat)
        if exit_hook is not None:
            exit_hook(launch_metadata)

    def _run(self, grid: tuple[int, int, int], function: tuple[Module, str],
             flat: Sequence[arguments.Argument]) -> None:
        module, kernel = function
        parameters = module.kernels[kernel]["parameters"]
        state = current()
        storages, places = arguments.gather_storages(flat)
        with state.lock, _Buffers(state.device, storages) as buffers:
            packed = []
            for argument, place, parameter in zip(flat, places, parameters):
                if place is not None:
                    value, kind = place[0].address + place[1], ""
                else:
                    value, kind = argument.value, argument.type
                packed.append(arguments.pack(kind, value, parameter["bytes"]))
            # Triton's compiler adds pointers to scratch memory, used or not.
            programs = grid[0] * grid[1] * grid[2]
            for which in ("global", "profile")[:len(parameters) - len(packed)]:
                size = getattr(self.metadata, f"{which}_scratch_size", 0) or 0
                address = buffers.add_scratch(size * programs, f"{which} scratch") if size else 0
                packed.append(arguments.pack("", address, 8))
            if len(packed) != len(parameters):
                raise VgpuError(f"{kernel} has {len(parameters)} parameters, this launch gives {len(packed)}")
            block = (32 * int(self.metadata.num_warps), 1, 1)
            required = module.kernels[kernel]["required_block"]
            if required:  # more than num_warps says, where warps are specialised
                block = tuple(required)
            result = self._interruptibly(state, lambda: state.device.run(
                module, kernel, grid, block, int(self.metadata.shared), packed, state.threads, state.steps))
        self._keep(state, result, kernel, grid, storages)

    @staticmethod
    def _interruptibly(state: State, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """In another thread, so that Ctrl-C is heard while it runs."""
        future = state.worker.submit(run)
        try:
            return future.result()
        except KeyboardInterrupt:
            state.device.stop()
            future.exception()
            state.device.stop(False)
            raise

    @staticmethod
    def _keep(state: State, result: dict[str, Any], kernel: str, grid: tuple[int, int, int],
              storages: Sequence[arguments.Storage]) -> None:
        state.launches += 1
        state.last = result
        if result["prediction"]:
            state.clock_us += result["prediction"]["time_us"]
        if result["printed"]:
            sys.stdout.write(result["printed"])
        found = [finding_of(each, kernel, grid, storages) for each in result["findings"]]
        state.findings.extend(found)
        state.notes.extend(finding_of(each, kernel, grid, storages) for each in result["notes"])
        if found and state.on_finding == "raise":
            raise VgpuFinding(found)
        if found and state.on_finding == "report":
            for each in found:
                print(each, file=sys.stderr)


class Event:
    """As torch.cuda.Event, on the clock of predicted times."""

    def __init__(self, enable_timing: bool = False, **_: Any) -> None:
        self.us = 0.0

    def record(self, stream: Any = None) -> None:
        self.us = current().clock_us

    def synchronize(self) -> None:
        pass

    def wait(self, stream: Any = None) -> None:
        pass

    def query(self) -> bool:
        return True

    def elapsed_time(self, end: "Event") -> float:
        """Milliseconds."""
        return (end.us - self.us) / 1000


class DeviceInterface:
    """What Triton's own code and programs ask of torch.cuda."""

    Event = Event

    @staticmethod
    def is_available() -> bool:
        return True

    @staticmethod
    def device_count() -> int:
        return 1

    @staticmethod
    def current_device() -> int:
        return 0

    @staticmethod
    def set_device(device: Any) -> None:
        pass

    @staticmethod
    def synchronize(device: Any = None) -> None:
        pass

    @staticmethod
    def empty_cache() -> None:
        pass

    @staticmethod
    def get_device_capability(device: Any = None) -> tuple[int, int]:
        return 8, 0

    @staticmethod
    def get_device_name(device: Any = None) -> str:
        return str(current().device.properties["title"])


def _summary(times: list[float], quantiles: Optional[Sequence[float]], return_mode: str) -> Any:
    if quantiles is not None:
        found = [float(np.quantile(times, q)) for q in quantiles]
        return found[0] if len(found) == 1 else found
    if return_mode == "all":
        return times
    choose: dict[str, Callable[[list[float]], float]] = {
        "min": min, "max": max, "mean": statistics.mean, "median": statistics.median}
    return choose[return_mode](times)


def do_bench(fn: Callable[[], Any], warmup: int = 25, rep: int = 100, grad_to_none: Any = None,
             quantiles: Optional[Sequence[float]] = None, return_mode: str = "mean", **_: Any) -> Any:
    """In place of triton.testing.do_bench: `fn` runs once, and what it launches takes the time predicted for the device
    (milliseconds). Where it launches nothing, the time that it took here."""
    state = current()
    launches, clock = state.launches, state.clock_us
    for each in grad_to_none or ():
        each.grad = None
    begin = time.perf_counter()
    state.benchmarks += 1
    try:
        fn()
    finally:
        state.benchmarks -= 1
    ms = (time.perf_counter() - begin) * 1e3
    if state.launches > launches:
        ms = (state.clock_us - clock) / 1000
    return _summary([ms], quantiles, return_mode)
