"""Triton's own compiler for NVIDIA, up to PTX for sm_80, in a child process."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import warnings
from typing import Any, Callable, Iterator, Literal

from triton.backends.nvidia import compiler as nvidia

Stage = Callable[[Any, dict[str, Any]], Any]

_FAILED = 97  # a child's exit status: an exception


class CompilerCrash(RuntimeError):
    """Triton's compiler (LLVM or MLIR) ended its process."""


class _NotCached(Exception):
    """Thrown where Triton would begin to compile."""


_mode: Literal["look", "compile"] = "compile"


@contextlib.contextmanager
def _in_mode(mode: Literal["look", "compile"]) -> Iterator[None]:
    global _mode
    before, _mode = _mode, mode
    try:
        yield
    finally:
        _mode = before


@contextlib.contextmanager
def _line_information() -> Iterator[None]:
    """Whatever the program wants: findings have places, and libvgpu knows by them that Triton has compiled it."""
    wanted = os.environ.get("TRITON_DISABLE_LINE_INFO")
    os.environ["TRITON_DISABLE_LINE_INFO"] = "0"
    try:
        yield
    finally:
        if wanted is None:
            del os.environ["TRITON_DISABLE_LINE_INFO"]
        else:
            os.environ["TRITON_DISABLE_LINE_INFO"] = wanted


def in_child(work: Callable[[], Any]) -> bool:
    """Does `work` in a copy of this process, whose end does no harm: whether it ended without an exception. Throws
    CompilerCrash where the copy was ended, with its last words."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of fork() beside threads: none of them is needed
            child = os.fork()
        if child == 0:
            status = _FAILED
            try:
                os.dup2(said.fileno(), 2)
                work()
                status = 0
            except BaseException:
                pass  # the parent will see it for itself
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        said.seek(0)
        words = said.read().decode(errors="replace")
    if os.WIFSIGNALED(ended) or os.WEXITSTATUS(ended) not in (0, _FAILED):
        how = signal.Signals(os.WTERMSIG(ended)).name if os.WIFSIGNALED(ended) else f"status {os.WEXITSTATUS(ended)}"
        last = "\n".join(line for line in words.splitlines() if line.strip())[:2000]
        raise CompilerCrash(f"Triton's compiler ended with {how}; it said:\n{last or '(nothing)'}")
    if os.WEXITSTATUS(ended) == 0:
        sys.stderr.write(words)
    return os.WEXITSTATUS(ended) == 0


def guarded(compile: Callable[..., Any]) -> Callable[..., Any]:
    """triton.compile with its work done in a child, which leaves the result in Triton's cache.

    The fork comes before MLIR has a context: a copy of its pool of threads would wait for threads that are not there.
    """

    def guarded_compile(*arguments: Any, **options: Any) -> Any:
        if not VgpuBackend.active:
            return compile(*arguments, **options)
        with _line_information():
            with contextlib.suppress(_NotCached), _in_mode("look"):
                return compile(*arguments, **options)
            in_child(lambda: compile(*arguments, **options))
            # Now it is in the cache; or it fails once more, with the exception that the caller is to see.
            return compile(*arguments, **options)

    return guarded_compile


class VgpuBackend(nvidia.CUDABackend):  # type: ignore[misc]
    """Its "cubin" is the PTX, which libvgpu runs: no ptxas. Programs see the target "cuda" that they ask for."""

    active = False

    @staticmethod
    def supports_target(target: Any) -> bool:
        return VgpuBackend.active and target.backend == "cuda"

    def hash(self) -> str:
        return f"vgpu-{super().hash()}"

    def parse_options(self, opts: dict[str, Any]) -> Any:
        # Said explicitly: what it is where nothing is said depends on Triton's version.
        opts = dict(opts)
        if opts.get("enable_fp_fusion") is None:
            opts["enable_fp_fusion"] = os.environ.get("TRITON_DEFAULT_FP_FUSION", "1") not in ("0", "false", "off")
        return super().parse_options(opts)

    def add_stages(self, stages: dict[str, Stage], *rest: Any) -> None:
        if _mode == "look":
            raise _NotCached
        super().add_stages(stages, *rest)
        stages["cubin"] = lambda ptx, metadata: ptx.encode()
