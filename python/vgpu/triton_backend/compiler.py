"""Triton's own compiler for NVIDIA, up to PTX for sm_80, in a child process."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import warnings
from typing import Any, Callable

from triton.backends.nvidia import compiler as nvidia

Stage = Callable[[Any, dict[str, Any]], Any]


class CompilerCrash(RuntimeError):
    """Triton's compiler (LLVM or MLIR) ended its process."""


def _run_stages(stages: dict[str, Stage], module: Any, metadata: dict[str, Any]) -> dict[str, Any]:
    results = {}
    for name, stage in stages.items():
        module = stage(module, metadata)
        results[name] = module if isinstance(module, (str, bytes)) else str(module)
    return results


def _picklable(error: BaseException) -> BaseException:
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _plain(metadata: dict[str, Any]) -> dict[str, Any]:
    plain = {}
    for key, value in metadata.items():
        try:
            pickle.dumps(value)
            plain[key] = value
        except Exception:
            pass
    return plain


def in_child(stages: dict[str, Stage], module: Any, metadata: dict[str, Any]) -> dict[str, Any]:
    """Runs the stages one after the other in a copy of this process: an abort in there ends the copy alone."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said:
        read_end, write_end = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of fork() beside threads: none of them is needed
            child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(read_end)
                os.dup2(said.fileno(), 2)
                try:
                    answer: Any = (_run_stages(stages, module, metadata), _plain(metadata))
                except BaseException as error:
                    answer = _picklable(error)
                with os.fdopen(write_end, "wb") as pipe:
                    pickle.dump(answer, pipe)
                status = 0
            finally:
                sys.stdout.flush()
                os._exit(status)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(child, 0)
        said.seek(0)
        words = said.read().decode(errors="replace")
    if os.WIFSIGNALED(status) or not data:
        how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "no answer"
        first = "\n".join(line for line in words.splitlines() if line.strip())[:2000]
        raise CompilerCrash(f"Triton's compiler ended with {how}; it said:\n{first or '(nothing)'}")
    sys.stderr.write(words)
    answer = pickle.loads(data)
    if isinstance(answer, BaseException):
        raise answer
    results, changed = answer
    metadata.update(changed)
    found: dict[str, Any] = results
    return found


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
        super().add_stages(stages, *rest)
        stages["cubin"] = lambda ptx, metadata: ptx.encode()
        own = dict(stages)
        names = list(own)
        results: dict[str, Any] = {}

        def stage_of(index: int) -> Stage:
            def stage(module: Any, metadata: dict[str, Any]) -> Any:
                made_here = index > 0 and module is results.get(names[index - 1])
                if not made_here:  # the first stage, or text that was put in another's place
                    results.update(in_child({name: own[name] for name in names[index:]}, module, metadata))
                return results[names[index]]

            return stage

        for index, name in enumerate(names):
            stages[name] = stage_of(index)
