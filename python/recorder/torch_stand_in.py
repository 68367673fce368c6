"""`import torch` in a kernel file, while its launches are recorded: what makes scratch, and what programs ask of
torch.cuda. The real one takes a second to import, need not be installed, and has no tensors without values."""

from __future__ import annotations

import contextlib
import sys
import types
from typing import Any, Iterator

from stand_in import DTYPES, Device, Size, Tensor, dtype, dtype_of, empty, shape_of


def _made(shape: tuple[Any, ...], kind: Any) -> Tensor:
    return empty(shape_of(shape), dtype_of(kind) if kind is not None else DTYPES["float32"])


def _module(properties: dict[str, Any]) -> types.ModuleType:
    torch = types.ModuleType("torch", __doc__)
    torch.__file__ = __file__

    def add(**members: Any) -> None:
        for name, member in members.items():
            setattr(torch, name, member)

    add(**{name: kind for name, kind in DTYPES.items()}, half=DTYPES["float16"], float=DTYPES["float32"],
        double=DTYPES["float64"], int=DTYPES["int32"], long=DTYPES["int64"], dtype=dtype, Tensor=Tensor, Size=Size,
        device=lambda *_: Device(), __version__="2 (stand-in)", no_grad=contextlib.nullcontext)
    add(empty=lambda *shape, dtype=None, **_: _made(shape, dtype),
        zeros=lambda *shape, dtype=None, **_: _made(shape, dtype).zero_(),
        ones=lambda *shape, dtype=None, **_: _made(shape, dtype).fill_(1),
        full=lambda shape, value, dtype=None, **_: _made((shape,), dtype).fill_(value),
        empty_like=lambda like, dtype=None, **_: like.new_empty(like.shape, dtype=dtype),
        zeros_like=lambda like, dtype=None, **_: like.new_zeros(like.shape, dtype=dtype),
        ones_like=lambda like, dtype=None, **_: like.new_ones(like.shape, dtype=dtype),
        full_like=lambda like, value, dtype=None, **_: like.new_full(like.shape, value, dtype=dtype),
        is_tensor=lambda value: isinstance(value, Tensor))

    def empty_strided(shape: Any, stride: Any, dtype: Any = None, **_: Any) -> Tensor:
        extent = 1 + sum((size - 1) * step for size, step in zip(shape, stride))
        flat = _made((extent,), dtype)
        return Tensor(flat.untyped_storage(), flat.dtype, shape, stride)

    add(empty_strided=empty_strided)

    cuda = types.ModuleType("torch.cuda")

    @contextlib.contextmanager
    def on_device(*_: Any) -> Iterator[None]:
        yield

    about = types.SimpleNamespace(multi_processor_count=properties["multiprocessor_count"], name=properties["name"],
                                  major=properties["capability"] // 10, minor=properties["capability"] % 10,
                                  warp_size=32, regs_per_multiprocessor=properties["max_num_regs"],
                                  shared_memory_per_block_optin=properties["max_shared_mem"])
    for name, member in dict(
            is_available=lambda: True, device_count=lambda: 1, current_device=lambda: 0, synchronize=lambda *_: None,
            get_device_name=lambda *_: about.name, get_device_properties=lambda *_: about,
            get_device_capability=lambda *_: (about.major, about.minor), device=on_device,
            set_device=lambda *_: None).items():
        setattr(cuda, name, member)
    torch.cuda = cuda  # type: ignore[attr-defined]
    version = types.SimpleNamespace(cuda="", hip=None)
    add(version=version)

    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"torch.{name} is not there: a kernel file needs of torch only what makes scratch "
                             "(torch.empty, torch.zeros, ...) and torch.cuda's properties; the rest is a kernel's work")

    torch.__getattr__ = missing  # type: ignore[method-assign]
    return torch


def install(properties: dict[str, Any]) -> None:
    torch = _module(properties)
    sys.modules["torch"] = torch
    sys.modules["torch.cuda"] = torch.cuda
