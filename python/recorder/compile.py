"""Kernels through Triton's compiler: each in a copy of this process, several at once."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import os
import re
import signal
import sys
import traceback
from typing import Any, Optional, Sequence

import triton
from triton.backends import Backend, backends
from triton.backends import driver as base
from triton.backends.compiler import GPUTarget
from triton.backends.nvidia import compiler as nvidia
from triton.compiler.errors import CompilationError, CompileTimeAssertionFailure
from triton.runtime import driver

from launches import Deferred
from vgpu.triton_backend import compiler as vgpu_compiler

_SHOWN_WORDS = 2000

Diagnostic = dict[str, Any]


class RecorderBackend(vgpu_compiler.VgpuBackend):
    file = ""  #: the learner's, as PTX names it: a cached kernel must name the file it is from

    def hash(self) -> str:
        return f"{super().hash()}-{RecorderBackend.file}"


class RecorderDriver(base.DriverBase):  # type: ignore[misc]
    """Launches nothing: kernels are Deferred, and record."""

    def __init__(self, properties: dict[str, Any]) -> None:
        super().__init__()
        self.properties = properties
        self.utils = self

    def get_device_properties(self, device: int) -> dict[str, Any]:
        return self.properties

    def load_binary(self, name: str, kernel: bytes, shared: int, device: int) -> tuple[Any, Any, int, int, int]:
        return None, None, 32, 0, 1024  # registers, spills, threads: what a program may ask before it launches

    def unload_module(self, module: Any) -> None:
        pass

    def launcher_cls(self, src: Any, metadata: Any) -> Any:
        return None

    @staticmethod
    def is_active() -> bool:
        return False

    def map_python_to_cpp_type(self, ty: str) -> str:
        return ty

    def get_current_device(self) -> int:
        return 0

    def set_current_device(self, device: int) -> None:
        pass

    def get_current_stream(self, device: Optional[int] = None) -> int:
        return 0

    def get_device_capability(self, device: int = 0) -> tuple[int, int]:
        return divmod(self.properties["capability"], 10)

    def get_current_target(self) -> Any:
        return GPUTarget("cuda", self.properties["capability"], 32)

    def get_active_torch_device(self) -> Any:
        return "cuda"

    def get_benchmarker(self) -> Any:
        raise RuntimeError("the host function times kernels; it only launches them, and the tutor times")


def _triton_key() -> str:
    """In place of Triton's own, which reads hundreds of megabytes: its version, and when its files were made."""
    root = os.path.dirname(triton.__file__)
    key = [triton.__version__]
    for folder, _, files in sorted(os.walk(root)):
        for name in sorted(files):
            if name.endswith((".py", ".so")):
                about = os.stat(os.path.join(folder, name))
                key.append(f"{os.path.relpath(folder, root)}/{name} {about.st_size} {about.st_mtime_ns}")
    return hashlib.sha256("\n".join(key).encode()).hexdigest()


def quick_key() -> None:
    """Makes a first compile half a second shorter."""
    key = _triton_key()
    for module in (triton.runtime.cache, triton.compiler.compiler, triton.runtime.autotuner):
        if hasattr(module, "triton_key"):
            module.triton_key = lambda: key
    ptxas_version = getattr(nvidia, "get_ptxas_version", None)
    if ptxas_version is not None:
        with contextlib.suppress(Exception):
            ptxas_version(80)


def install(file: str, properties: dict[str, Any]) -> None:
    """From here on kernels compile for the device of `properties`, when finish() is called."""
    backends.clear()
    backends["vgpu"] = Backend(RecorderBackend, RecorderDriver)
    vgpu_compiler.VgpuBackend.active = True
    RecorderBackend.file = file
    driver.set_active(RecorderDriver(properties))
    compile_now = triton.compiler.compile

    def deferring(src: Any, target: Any = None, options: Any = None, **more: Any) -> Deferred:
        return Deferred(lambda: compile_now(src, target=target, options=options, **more), src, dict(options or {}))

    triton.compile = triton.compiler.compile = deferring


def _error_lines(words: str, file: str) -> list[Diagnostic]:
    """What MLIR says of a file on standard error: "k.py:12:5: error: ..."."""
    found = []
    for place, line, column, severity, message in re.findall(
            r"(?:loc\(\")?([^\s\"(:]+)\"?:(\d+):(\d+)\)?: (error|warning|remark): ([^\n]*)", words):
        if os.path.basename(place) == os.path.basename(file) and severity == "error":
            found.append({"severity": severity, "line": int(line), "column": int(column), "message": message})
    return found


def line_of(function: Any) -> int:
    """Of a JITFunction's "def", below its decorators."""
    decorators = next((i for i, line in enumerate(function.raw_src) if line.strip().startswith("def ")), 0)
    return int(function.starting_line_number) + decorators


def _plain(message: str) -> str:
    """What Triton wraps as AssertionError("...")."""
    wrapped = re.fullmatch(r"\w+Error\((.*?),?\)", message, re.DOTALL)
    if wrapped is not None:
        with contextlib.suppress(ValueError, SyntaxError):
            inner = ast.literal_eval(wrapped.group(1))
            return inner if isinstance(inner, str) else message
    return message


def compile_diagnostics(error: BaseException, functions: Sequence[Any], file: str) -> list[Diagnostic]:
    """The places of an error of Triton's compiler, the innermost in the learner's file first."""
    found: list[Diagnostic] = []
    chain: Optional[BaseException] = error
    while chain is not None:
        if isinstance(chain, CompilationError) and hasattr(chain.node, "lineno"):
            for function in functions:
                if chain.src is not None and function.src == chain.src:
                    message = _plain(chain.error_message or str(chain.__cause__ or "")) or "this cannot be compiled"
                    found.append({"severity": "error", "line": line_of(function) + chain.node.lineno - 1,
                                  "column": chain.node.col_offset + 1, "message": message})
        chain = chain.__cause__
    found.reverse()
    kept: list[Diagnostic] = []
    for each in found:
        repeats = any(each["message"] == other["message"] or not each["message"] for other in kept)
        kept.append({**each, "severity": "note", "message": "called from here"} if repeats else each)
    return kept


def _last_words(words: str) -> str:
    return "\n".join(line for line in words.splitlines() if line.strip())[:_SHOWN_WORDS]


def _attempt(kernel: Deferred, functions: Sequence[Any], file: str, report: int) -> None:
    """In a copy: compiles into Triton's cache, or reports why not."""
    try:
        kernel.compile()
    except BaseException as error:
        diagnostics = compile_diagnostics(error, functions, file)
        text = {"diagnostics": diagnostics, "message": f"{type(error).__name__}: {error}"[:_SHOWN_WORDS],
                "asserted": isinstance(error, CompileTimeAssertionFailure)}
        if not diagnostics and not isinstance(error, (CompilationError, RuntimeError)):
            text["trace"] = traceback.format_exc()[-_SHOWN_WORDS:]
        os.write(report, json.dumps(text).encode())


def _refusal(kernel: Deferred, report: bytes, words: str, status: int, file: str) -> Optional[dict[str, Any]]:
    name = kernel.src.fn.__name__
    line = line_of(kernel.src.fn)
    if report:
        said = json.loads(report)
        diagnostics = said["diagnostics"] or _error_lines(words, file)
        if not diagnostics:
            diagnostics = [{"severity": "error", "line": line, "column": 0, "message": said["message"]}]
        message = f"tl.static_assert fails in {name}" if said.get("asserted") else f"Triton could not compile {name}"
        return {"kind": "compile", "message": message, "diagnostics": diagnostics}
    if status != 0:
        how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"status {os.WEXITSTATUS(status)}"
        diagnostics = _error_lines(words, file) or [
            {"severity": "error", "line": line, "column": 0, "message": _last_words(words) or "it said nothing"}]
        return {"kind": "compile", "diagnostics": diagnostics,
                "message": f"Triton's compiler itself crashed on {name} ({how}): what it last said is below; write the "
                           "newest lines in another way"}
    return None


def compile_all(kernels: Sequence[Deferred], functions: Sequence[Any], file: str,
                at_once: int) -> dict[int, dict[str, Any]]:
    """Compiles every kernel that is not in Triton's cache; why one cannot be, by its place in `kernels`."""
    waiting: list[int] = []
    for number, kernel in enumerate(kernels):
        try:
            with vgpu_compiler._in_mode("look"):
                kernel.compiled()
        except vgpu_compiler._NotCached:
            waiting.append(number)
        except Exception:
            waiting.append(number)  # it will say so again
    refusals: dict[int, dict[str, Any]] = {}
    running: dict[int, tuple[int, int, int]] = {}
    sys.stdout.flush()
    sys.stderr.flush()
    while waiting or running:
        while waiting and len(running) < max(at_once, 1):
            number = waiting.pop(0)
            report, words = os.memfd_create("report"), os.memfd_create("words")
            copy = os.fork()
            if copy == 0:
                try:
                    os.dup2(words, 2)
                    _attempt(kernels[number], functions, file, report)
                finally:
                    sys.stderr.flush()
                    os._exit(0)
            running[copy] = (number, report, words)
        copy, status = os.waitpid(-1, 0)
        if copy not in running:
            continue  # a process of the learner's
        number, report, words = running.pop(copy)
        said = os.pread(words, 1 << 20, 0).decode(errors="replace")
        why = _refusal(kernels[number], os.pread(report, 1 << 20, 0), said, status, file)
        os.close(report)
        os.close(words)
        if why is not None:
            refusals[number] = why
    return refusals
