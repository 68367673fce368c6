"""Triton programs without a GPU: compiled by Triton's own compiler, run and checked on the virtual GPU.

    import vgpu
    vgpu.activate("A100")             # from here on every kernel[grid](...) runs on it
    ...
    for finding in vgpu.findings():   # out of bounds, races, reads of what nobody wrote, ...
        print(finding)

Tensors are torch's on the CPU; where there is no torch, this module's own (vgpu.empty, vgpu.randn, ...). A program need
not be changed at all: python -m vgpu FILE.py.
"""

from __future__ import annotations

from typing import Any, Literal

from .library import VgpuError, profiles
from .report import Finding
from .runtime import VgpuFinding, do_bench
from .tensor import (Tensor, allclose, arange, bfloat16, bool_, empty, empty_like, float16, float32, float64, from_numpy,
                     full, int8, int16, int32, int64, manual_seed, ones, ones_like, rand, randint, randn, tensor, uint8,
                     uint16, uint32, uint64, zeros, zeros_like)

__version__ = "0.1.0"

__all__ = [
    "Finding", "Tensor", "VgpuError", "VgpuFinding", "activate", "allclose", "arange", "bfloat16", "bool_", "clear",
    "deactivate", "do_bench", "empty", "empty_like", "findings", "float16", "float32", "float64", "from_numpy", "full",
    "int16", "int32", "int64", "int8", "last_launch", "manual_seed", "notes", "ones", "ones_like", "predicted_us",
    "profiles", "rand", "randint", "randn", "tensor", "uint16", "uint32", "uint64", "uint8", "zeros", "zeros_like"
]

_saved: dict[str, Any] = {}


def activate(device: str = "A100", on_finding: Literal["report", "raise", "collect"] = "report", threads: int = 0,
             steps: int = 0) -> None:
    """Makes the virtual GPU Triton's device, with the figures of the `device` named (profiles() lists them).

    `on_finding`: "report" prints each to standard error, "raise" raises VgpuFinding after the launch, "collect" only
    keeps them for findings(). `threads` of this machine run the blocks (0: all cores); the result never depends on it.
    `steps` is how many instructions a warp may run before its loop is called endless (0: 64,000,000). Code compiles
    for compute capability 8.0 whatever the device.
    """
    import triton
    from triton.runtime import driver

    from . import runtime, torch_support
    from .triton_backend.driver import VgpuDriver

    runtime.set_current(runtime.State(device, on_finding, threads, steps))
    driver.set_active(VgpuDriver())
    if not _saved:
        for name in ("do_bench", "do_bench_cudagraph"):
            _saved[name] = getattr(triton.testing, name)
            setattr(triton.testing, name, do_bench)
    torch_support.track_empty()


def deactivate() -> None:
    """Gives Triton its own driver and benchmark back."""
    import triton
    from triton.runtime import driver

    from . import runtime, torch_support

    for name, function in _saved.items():
        setattr(triton.testing, name, function)
    _saved.clear()
    runtime.remove_backend()
    torch_support.restore()
    if hasattr(driver, "_active"):  # since 3.6; the default is looked for when it is asked for: there may be none
        driver._active = None
    else:
        driver.reset_active()


def findings() -> list[Finding]:
    """What all launches since activate() or clear() did wrong."""
    from . import runtime

    return list(runtime.current().findings)


def notes() -> list[Finding]:
    """Likewise what is worth saying, and nothing wrong."""
    from . import runtime

    return list(runtime.current().notes)


def clear() -> None:
    """Forgets the findings and notes so far."""
    from . import runtime

    runtime.current().findings.clear()
    runtime.current().notes.clear()


def last_launch() -> dict[str, Any]:
    """All that libvgpu says of the last launch: counters by line, the prediction (vgpu_c.h, vgpu_run)."""
    from . import runtime

    return runtime.current().last


def predicted_us() -> float:
    """How long the named device would take for all launches since activate(). Never a measurement."""
    from . import runtime

    return runtime.current().clock_us
