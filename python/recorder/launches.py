"""What is launched while a host function runs. Kernels are compiled later, all at once, when every launch is known."""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Union

from stand_in import Storage, Tensor
from vgpu import arguments

MOST_LAUNCHES = 64
MOST_SCRATCH = 1 << 30


@dataclass
class Fill:
    """The kernel that fills a buffer: torch.zeros, tensor.fill_()."""

    itemsize: int


@dataclass
class Launch:
    kernel: Union["Deferred", Fill]
    grid: tuple[int, int, int]
    arguments: list[arguments.Argument]
    line: int  #: of the host function
    names: dict[int, str]  #: of the host function's tensors


@dataclass
class Recording:
    """Of one call of the host function."""

    file: str
    launches: list[Launch] = field(default_factory=list)

    def place(self) -> tuple[int, dict[int, str]]:
        """The line of the learner's file that is launching, and the names its tensors have there."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self.file:
            if frame.f_back is None:
                return 0, {}
            frame = frame.f_back
        names: dict[int, str] = {}
        for name, value in frame.f_locals.items():
            if isinstance(value, Tensor):
                names.setdefault(value.untyped_storage().place, name)
        return frame.f_lineno, names

    def add(self, kernel: Union["Deferred", Fill], grid: tuple[int, int, int], flat: list[arguments.Argument]) -> None:
        if len(self.launches) >= MOST_LAUNCHES:
            raise RuntimeError(f"the host function launches more than {MOST_LAUNCHES} kernels: is a loop around the "
                               "launch that should be a dimension of the grid?")
        line, names = self.place()
        self.launches.append(Launch(kernel, grid, flat, line, names))


_current: list[Recording] = []


class recording:
    """with recording(file) as record: ..."""

    def __init__(self, file: str) -> None:
        self.record = Recording(file)

    def __enter__(self) -> Recording:
        _current.append(self.record)
        return self.record

    def __exit__(self, *_: Any) -> None:
        _current.pop()


def record_fill(tensor: Tensor, value: Union[int, float]) -> None:
    if not _current:
        raise RuntimeError("a tensor is filled outside of the host function")
    if tensor.numel() == 0:
        return
    bits = arguments.pack({"f16": "fp16", "bf16": "bf16", "f32": "fp32", "f64": "fp64"}.get(tensor.dtype.element, "i64"),
                          value, tensor.itemsize)
    blocks = min(-(-tensor.numel() // 1024), 65535)
    _current[-1].add(Fill(tensor.itemsize), (blocks, 1, 1), [
        arguments.Argument("tensor", "*u8", tensor),
        arguments.Argument("count", "i64", tensor.numel()),
        arguments.Argument("value", "u64", struct.unpack("<Q", bits.ljust(8, b"\0"))[0]),
    ])


def _whole(extent: Any, axis: int) -> int:
    number = extent.__index__() if hasattr(extent, "__index__") else None
    if number is None:
        raise TypeError(f"grid[{axis}] is {extent!r}, no whole number: triton.cdiv(a, b) gives one, a / b does not")
    return int(number)


class Deferred:
    """Stands for a compiled kernel until one is needed; launches are recorded."""

    function = None
    packed_metadata = None

    def __init__(self, compile: Callable[[], Any], src: Any, options: dict[str, Any]) -> None:
        self.compile = compile
        self.src = src
        self.options = options
        self._compiled: Optional[Any] = None

    def launch_metadata(self, grid: Any, stream: Any, *values: Any) -> None:
        return None

    def run(self, x: Any, y: Any, z: Any, stream: Any, function: Any, packed: Any, launch_metadata: Any, enter: Any,
            exit: Any, *values: Any) -> None:
        if not _current:
            raise RuntimeError("a kernel is launched while the file is read; the host function launches, when it is "
                               "called")
        grid = (_whole(x, 0), _whole(y, 1), _whole(z, 2))
        names = getattr(self.src.fn, "arg_names", ())
        flat: list[arguments.Argument] = []
        for (key, kind), value in zip(self.src.signature.items(), values):
            flat.extend(arguments.flatten(key if isinstance(key, str) else names[key], kind, value))
        _current[-1].add(self, grid, flat)

    def compiled(self) -> Any:
        if self._compiled is None:
            self._compiled = self.compile()
        return self._compiled

    def __getitem__(self, grid: Any) -> Callable[..., None]:
        full = (*grid, 1, 1)[:3]
        return lambda *values, **_: self.run(*full, 0, None, None, None, None, None, *values)

    def __getattr__(self, name: str) -> Any:
        """What a host function asks of a compiled kernel: kernel.n_regs, kernel.metadata, kernel.asm."""
        if name.startswith("__") or name == "result":  # what a kernel has that Triton 3.6 compiles in the background
            raise AttributeError(name)
        return getattr(self.compiled(), name)
