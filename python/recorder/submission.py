"""A request: a learner's file, and the cases that its host function is called for.

  {"file": name, "source": text, "function": name, "arguments": [{"name", "type": "f32", "role": "input"}],
   "cases": [{"name", "shapes": {tensor: [..]}, "values": {number: ..}}], "properties": of the device,
   "at_once": compilers, "configs": {kernel: which of its autotuner's configurations}, "cubin": whether for a GPU,
   "tune": whether only the configurations are asked for}

Its answer:

  {"refusal": {"kind", "message", "diagnostics", "expected", "found"}}   of the whole file, or else
  {"ptx", "kernels": [{"name", "shown", "line", "warps", "stages", "shared_bytes", "constants"}],
   "cases": [{"launches": [{"kernel", "grid", "block", "shared_bytes", "line", "arguments": [{"buffer" or "scratch",
              "offset"} or {"bytes": hex}]}], "scratch": [{"name", "bytes", "element"}]} or {"refusal"}],
   "warnings", "cubin": hex}
  {"configurations": [{"name", "configs"}]}   with "tune": every combination of the kernels' configurations that the
                                              cases offer, each compiled into Triton's cache as far as it can be
"""

from __future__ import annotations

import inspect
import linecache
import os
import signal
import subprocess
import sys
import tempfile
import traceback
import types
import warnings
from typing import Any, Optional, Sequence

import triton

import compile as compiler
import launches
import merge
import stand_in
import torch_stand_in
import tuning
from vgpu import arguments, runtime

compiler.quick_key()  # once, before the copies

_SECONDS = 10  # that reading the file and its host function may take, all cases together
_FORBIDDEN = ("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.startfile", "os.kill",
              "os.killpg", "subprocess.Popen", "socket.connect", "socket.bind", "signal.pthread_kill")

Refusal = dict[str, Any]


class TookTooLong(BaseException):
    """Past every `except Exception` of the learner's."""


def _out_of_time(*_: Any) -> None:
    raise TookTooLong


class Forbidden(RuntimeError):
    """What a kernel file has no business with."""


def _of_triton() -> bool:
    """Whether it is Triton that does something, for itself: it asks its assembler for its version."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") != "kernel_file":
        if str(frame.f_globals.get("__name__", "")).split(".")[0] == "triton":
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


class _Learners:
    """with _Learners(): the learner's own code runs. What is endless ends, and no process is started."""

    left = float(_SECONDS)
    running = False

    def __enter__(self) -> None:
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_REAL, max(_Learners.left, 1e-3))
        _Learners.running = True

    def __exit__(self, *_: Any) -> None:
        _Learners.running = False
        _Learners.left = signal.setitimer(signal.ITIMER_REAL, 0)[0]

    @staticmethod
    def watch() -> None:
        def hook(event: str, _: Any) -> None:
            if _Learners.running and event in _FORBIDDEN and not _of_triton():
                raise Forbidden(f"{event} is not for a kernel file: its host function makes scratch tensors and "
                                "launches kernels")

        sys.addaudithook(hook)


def _place(error: BaseException, file: str) -> int:
    """The innermost line of the learner's file that an exception came through; 0: none."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or 0
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return (lines[-1] or 0) if lines else 0


def _words(error: BaseException) -> str:
    if isinstance(error, TookTooLong):
        return f"it had not ended after {_SECONDS} s: does it sleep, wait, or loop without end?"
    if isinstance(error, SystemExit):
        return "it calls exit()"
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    if isinstance(error, (stand_in.HostRead, Forbidden)):
        return str(error)
    return f"{type(error).__name__}: {error}"[:1000]


def _refused(kind: str, message: str, error: BaseException, file: str) -> Refusal:
    column = (error.offset or 0) if isinstance(error, SyntaxError) else 0
    return {"kind": kind, "message": message, "diagnostics": [
        {"severity": "error", "line": _place(error, file), "column": column, "message": _words(error)}]}


def _read(file: str, source: str) -> types.ModuleType:
    """The learner's file as a module. inspect finds its text by linecache."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = types.ModuleType("kernel_file")
    module.__file__ = file
    sys.modules["kernel_file"] = module
    exec(compile(source, file, "exec"), module.__dict__)
    return module


def _header(name: str, names: Sequence[str]) -> str:
    return f"def {name}({', '.join(names)}):"


def _check_host(module: types.ModuleType, request: dict[str, Any]) -> tuple[Any, Optional[Refusal]]:
    name, names = request["function"], [each["name"] for each in request["arguments"]]
    host = getattr(module, name, None)
    expected = _header(name, names)
    jits = [key for key, value in vars(module).items() if _is_kernel(value)]
    if host is None:
        near = f"; it has the kernel{'s' if len(jits) > 1 else ''} {', '.join(jits)}" if jits else ""
        return None, {"kind": "missing-kernel", "expected": expected, "found": "",
                      "message": f"the file has no host function {name}{near}. The tutor calls it, and it launches the "
                                 f"kernels: {expected}"}
    if _is_kernel(host):
        return None, {"kind": "missing-kernel", "expected": expected, "found": f"@triton.jit def {name}",
                      "message": f"{name} is a kernel here, and has to be the host function that launches it: give the "
                                 f"kernel another name, {name}_kernel, and write {expected}"}
    if not callable(host):
        return None, {"kind": "missing-kernel", "expected": expected, "found": "",
                      "message": f"{name} is no function"}
    try:
        signature = inspect.signature(host)
        signature.bind(*names)
        positional = [each for each in signature.parameters.values() if each.kind is not each.KEYWORD_ONLY]
        good = len(positional) <= len(names) or all(each.default is not each.empty for each in positional[len(names):])
    except TypeError:
        good = False
    if not good:
        found = f"def {name}{inspect.signature(host)}:"
        return None, {"kind": "signature", "expected": expected, "found": found,
                      "message": "the host function takes other arguments than the exercise gives",
                      "diagnostics": [{"severity": "error", "line": host.__code__.co_firstlineno, "column": 0,
                                       "message": "this function"}] if hasattr(host, "__code__") else []}
    return host, None


def _is_kernel(value: Any) -> bool:
    return isinstance(value, (triton.runtime.jit.KernelInterface,))


def _functions(module: types.ModuleType) -> list[Any]:
    """The JITFunctions of the file, under whatever decorators."""
    found = []
    for value in vars(module).values():
        while isinstance(value, triton.runtime.jit.KernelInterface) and not isinstance(value, triton.JITFunction):
            value = value.fn
        if isinstance(value, triton.JITFunction):
            found.append(value)
    return found


def _call(host: Any, request: dict[str, Any], case: dict[str, Any], file: str) -> tuple[Any, Optional[Refusal], Any]:
    """Calls the host function for a case: what it launched, and its buffers."""
    given: list[Any] = []
    storages = {}
    for argument in request["arguments"]:
        name = argument["name"]
        if argument["role"] in ("input", "output"):
            kind = stand_in.BY_ELEMENT[argument["type"]]
            shape = stand_in.Size(case["shapes"][name])
            storage = stand_in.Storage(shape.numel() * kind.itemsize, name, kind, argument["role"] == "input")
            storages[storage.place] = storage
            given.append(stand_in.Tensor(storage, kind, shape))
        else:
            value = case["values"][name]
            given.append(float(value) if argument["type"].startswith("f") else int(value))
    with launches.recording(file) as record:
        try:
            with _Learners():
                host(*given)
        except BaseException as error:
            return record, _refused("plan", f"{request['function']}() went wrong (case \"{case['name']}\")", error,
                                    file), storages
    if not record.launches:
        return record, {"kind": "plan", "message": f"{request['function']}() launched no kernel "
                        f"(case \"{case['name']}\"): kernel[grid](...) does", "diagnostics": [
                            {"severity": "error", "line": host.__code__.co_firstlineno, "column": 0,
                             "message": "this function"}]}, storages
    for launch in record.launches:
        if isinstance(launch.kernel, launches.Deferred) and (min(launch.grid) < 1 or launch.grid[0] > 2147483647 or
                                                             max(launch.grid[1:]) > 65535):
            why = ("has no programs" if min(launch.grid) < 1 else
                   "is too large: at most 2147483647 programs in the first dimension and 65535 in the others")
            return record, {"kind": "plan", "message": f"the grid {launch.grid} {why} (case \"{case['name']}\")",
                            "diagnostics": [{"severity": "error", "line": launch.line, "column": 0,
                                             "message": "in this launch"}]}, storages
    return record, None, storages


class _Kernels:
    """Every compiled kernel once, under a name of its own in the merged module."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, str]] = []
        self.about: list[dict[str, Any]] = []
        self.fills: list[int] = []
        self._names: dict[int, str] = {}
        self._taken: dict[str, int] = {}

    def name_of(self, kernel: launches.Deferred) -> str:
        if id(kernel) not in self._names:
            compiled = kernel.compiled()
            shown = compiled.metadata.name
            self._taken[shown] = self._taken.get(shown, 0) + 1
            name = shown if self._taken[shown] == 1 else f"{shown}${self._taken[shown]}"
            self._names[id(kernel)] = name
            ptx = runtime.lines_mended(compiled.asm["ptx"].encode()).decode()
            self.parts.append((ptx, shown, name))
            constants = {kernel.src.fn.arg_names[key[0]]: str(value) for key, value in kernel.src.constants.items()
                         if isinstance(key, tuple) and len(key) == 1}
            self.about.append({"name": name, "shown": shown, "line": compiler.line_of(kernel.src.fn),
                               "warps": compiled.metadata.num_warps, "stages": compiled.metadata.num_stages,
                               "shared_bytes": compiled.metadata.shared, "constants": constants})
        return self._names[id(kernel)]

    def fill(self, itemsize: int) -> str:
        if itemsize not in self.fills:
            self.fills.append(itemsize)
        return merge.fill_name(itemsize)


def _named_scratch(record: launches.Recording, launch: launches.Launch, storage: stand_in.Storage) -> str:
    for each in (launch, *record.launches):
        if storage.place in each.names:
            return each.names[storage.place]
    return "scratch"


def _launch_json(record: launches.Recording, launch: launches.Launch, kernels: _Kernels, buffers: dict[int, Any],
                 scratch: list[dict[str, Any]], places: dict[int, int]) -> dict[str, Any]:
    def place_of(storage: stand_in.Storage) -> dict[str, Any]:
        if storage.place in buffers:
            return {"buffer": storage.name}
        if storage.place not in places:
            places[storage.place] = len(scratch)
            scratch.append({"name": _named_scratch(record, launch, storage), "bytes": max(storage.size, 1),
                            "element": storage.of.element})
        return {"scratch": places[storage.place]}

    packed: list[dict[str, Any]] = []
    kernel = launch.kernel
    if isinstance(kernel, launches.Fill):
        name, block, shared = kernels.fill(kernel.itemsize), 256, 0
        widths = [8, 8, 8]
    else:
        name = kernels.name_of(kernel)
        metadata = kernel.compiled().metadata
        block, shared = 32 * metadata.num_warps, metadata.shared
        widths = _parameter_bytes(kernel.compiled().asm["ptx"])
    for argument, width in zip(launch.arguments, widths):
        tensor = arguments.tensor_of(argument.value)
        if isinstance(tensor, stand_in.Tensor):
            storage = tensor.untyped_storage()
            packed.append({**place_of(storage), "offset": tensor.data_ptr() - storage.place})
        else:
            packed.append({"bytes": arguments.pack(argument.type, argument.value, width).hex()})
    if isinstance(kernel, launches.Deferred):
        programs = launch.grid[0] * launch.grid[1] * launch.grid[2]
        for which in ("global", "profile")[:len(widths) - len(launch.arguments)]:
            size = getattr(kernel.compiled().metadata, f"{which}_scratch_size", 0) or 0
            if size:
                scratch.append({"name": f"{which} scratch", "bytes": size * programs, "element": "u8"})
                packed.append({"scratch": len(scratch) - 1, "offset": 0})
            else:
                packed.append({"bytes": "00" * 8})
    if len(packed) != len(widths):
        raise RuntimeError(f"{name} has {len(widths)} parameters, and {len(packed)} are given")
    return {"kernel": name, "grid": launch.grid, "block": block, "shared_bytes": shared, "line": launch.line,
            "arguments": packed}


def _parameter_bytes(ptx: str) -> list[int]:
    import re

    entry = re.search(r"\.entry [\w$]+\((.*?)\n\)", ptx, re.DOTALL)
    return [int(bits) // 8 for bits in re.findall(r"\.param \.\w(\d+)", entry.group(1))] if entry else []


def _cubin(ptx: str, capability: int, fused: bool) -> bytes:
    from triton.backends.nvidia import compiler as nvidia

    ptxas = nvidia.get_ptxas(capability).path
    with tempfile.TemporaryDirectory() as folder:
        source, binary = os.path.join(folder, "kernels.ptx"), os.path.join(folder, "kernels.cubin")
        with open(source, "w") as file:
            file.write(ptx)
        command = [ptxas, "-lineinfo", *([] if fused else ["--fmad=false"]),
                   f"--gpu-name={nvidia.sm_arch_from_capability(capability)}", source, "-o", binary]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"Triton's assembler refuses the kernels: {done.stderr.strip()[:1000]}")
        with open(binary, "rb") as made:
            return made.read()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    file, source = request["file"], request["source"]
    properties = request["properties"]
    _Learners.watch()
    torch_stand_in.install(properties)
    compiler.install(file, properties)
    configs = tuning.Configs(request.get("configs", {}))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        result = _answer(request, file, source, configs)
    result["warnings"] = [{"severity": "warning", "line": each.lineno, "column": 0, "message": str(each.message)}
                          for each in warned if each.filename == file]
    return result


def _kernels_of(called: Sequence[tuple[Any, Optional[Refusal], Any]]) -> list[launches.Deferred]:
    every: dict[int, launches.Deferred] = {}
    for record, refused, _ in called:
        if refused is None:
            every.update((id(launch.kernel), launch.kernel) for launch in record.launches
                         if isinstance(launch.kernel, launches.Deferred))
    return list(every.values())


def _configurations(host: Any, request: dict[str, Any], file: str, module: types.ModuleType, configs: tuning.Configs,
                    first: list[tuple[Any, Optional[Refusal], Any]]) -> dict[str, Any]:
    """With "tune": `first` is what the cases launch with the first configurations."""
    for _, refused, _ in first:
        if refused is not None:
            return {"refusal": refused}
    if configs.count() > tuning.MOST:
        lists = ", ".join(f"{name} has {len(each)}" for name, each in configs.offered.items())
        return {"refusal": {"kind": "plan", "message": f"{configs.count()} configurations are more than the "
                            f"{tuning.MOST} that are tried here ({lists}): make the lists shorter, or leave some out "
                            "with early_config_prune"}}
    every, called = list(configs.combinations()), []
    for chosen in every if configs.count() > 1 else []:
        configs.take(chosen)
        called += [_call(host, request, case, file) for case in request["cases"]]
    compiler.compile_all(_kernels_of(called), _functions(module), file, request.get("at_once", 1))
    return {"configurations": [{"name": configs.name_of(chosen), "configs": chosen} for chosen in every]
            if configs.offered else []}


def _answer(request: dict[str, Any], file: str, source: str, configs: tuning.Configs) -> dict[str, Any]:
    try:
        with _Learners():
            module = _read(file, source)
    except BaseException as error:
        return {"refusal": _refused("compile", f"Python cannot read {file}", error, file)}
    host, refusal = _check_host(module, request)
    if refusal is not None:
        return {"refusal": refusal}
    called = [_call(host, request, case, file) for case in request["cases"]]
    if request.get("tune"):
        return _configurations(host, request, file, module, configs, called)
    unique = _kernels_of(called)
    refusals = compiler.compile_all(unique, _functions(module), file, request.get("at_once", 1))
    bad = {id(unique[number]): why for number, why in refusals.items()}
    kernels = _Kernels()
    cases: list[dict[str, Any]] = []
    for record, refused, buffers in called:
        why = refused or next((bad[id(each.kernel)] for each in record.launches if id(each.kernel) in bad), None)
        if why is not None:
            cases.append({"refusal": why})
            continue
        scratch: list[dict[str, Any]] = []
        places: dict[int, int] = {}
        cases.append({"launches": [_launch_json(record, launch, kernels, buffers, scratch, places)
                                   for launch in record.launches], "scratch": scratch})
    result: dict[str, Any] = {"ptx": merge.merged(kernels.parts, kernels.fills), "kernels": kernels.about,
                              "cases": cases}
    if request.get("cubin"):
        fused = all(each.options.get("enable_fp_fusion", True) is not False for each in unique)
        result["cubin"] = _cubin(result["ptx"], request["properties"]["capability"], fused).hex()
    return result
