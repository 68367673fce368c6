"""A launch's arguments: from Triton's signature and Python's objects to buffers and bytes."""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass, field
from typing import Any, Iterator, Optional, Sequence

import numpy as np

#: What Triton calls an element -> what libvgpu does. The 8-bit floats are bytes to it.
ELEMENTS = {
    "fp16": "f16", "bf16": "bf16", "fp32": "f32", "fp64": "f64", "i1": "u8", "u1": "u8", "i8": "i8", "u8": "u8",
    "i16": "i16", "u16": "u16", "i32": "i32", "u32": "u32", "i64": "i64", "u64": "u64"
}
SIZES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8, "i8": 1, "u8": 1, "i16": 2, "u16": 2, "i32": 4, "u32": 4, "i64": 8,
         "u64": 8}


@dataclass
class Argument:
    """One value that a kernel gets."""

    name: str  #: of the kernel's parameter
    type: str  #: as Triton's signature has it: "*fp32", "i32"; "" for a part of a descriptor
    value: Any


@dataclass
class View:
    """A tensor among the arguments, as a place in its storage."""

    name: str  #: the caller's, else the parameter's
    offset: int  #: bytes from the storage's start
    shape: tuple[int, ...]
    stride: tuple[int, ...]


@dataclass
class Storage:
    """Host memory that one or several tensors lie in: one buffer."""

    host: int
    size: int  #: bytes
    element: str
    name: str = ""
    views: list[View] = field(default_factory=list)
    owner: Any = None  #: a tensor in it
    address: int = 0  #: on the device
    moved: Optional["np.ndarray[Any, Any]"] = None  #: stands in for memory that is not aligned


def _descriptor_parts(value: Any) -> list[Any]:
    try:
        from triton.backends.driver import decompose_descriptor  # 3.9

        return list(decompose_descriptor(value))
    except ImportError:
        from triton.backends.nvidia.driver import make_tensordesc_arg

        return list(make_tensordesc_arg(value, None))


def flatten(name: str, kind: Any, value: Any) -> Iterator[Argument]:
    """What a kernel really gets of a parameter: tuples taken apart, constants left out."""
    if isinstance(kind, (tuple, list)):
        for i, (each, part) in enumerate(zip(kind, value)):
            yield from flatten(f"{name}[{i}]", each, part)
    elif kind == "constexpr":
        return
    elif isinstance(kind, str) and kind.startswith("tensordesc"):
        base, *rest = _descriptor_parts(value)
        yield Argument(name, "*" + kind.split("<", 1)[1].split("[", 1)[0], base)
        for part in rest:
            yield Argument(name, "", part)
    else:
        yield Argument(name, str(kind), value)


def element_of(pointer: str) -> str:
    """"*kfp32" -> "f32"."""
    name = pointer.lstrip("*")
    return ELEMENTS.get(name) or ELEMENTS.get(name.lstrip("k"), "u8")


def pack(kind: str, value: Any, size: int) -> bytes:
    """A number as the `size` bytes of a PTX parameter."""
    if kind in ("fp16", "bf16", "fp32", "fp64", "f32") or isinstance(value, float):
        if size == 2 and kind == "bf16":
            bits = int(np.float32(value).view(np.uint32))
            return struct.pack("<H", (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 & 0xFFFF)
        return struct.pack({2: "<e", 4: "<f", 8: "<d"}[size], float(value))
    return (int(value) & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def caller_names() -> dict[int, str]:
    """Of the frame that launched the kernel, outside of Triton and this package: id of an object -> its variable."""
    frame = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__", "")).split(".")[0] in ("triton", "vgpu"):
        if frame.f_back is None:
            return {}
        frame = frame.f_back
    names: dict[int, str] = {}
    for variables in (frame.f_locals, frame.f_globals):
        for name, value in variables.items():
            if not name.startswith("_") and hasattr(value, "data_ptr"):
                names.setdefault(id(value), name)
    return names


def tensor_of(value: Any) -> Any:
    """What lies under a triton.reinterpret()."""
    while not hasattr(value, "untyped_storage") and hasattr(value, "base") and hasattr(value.base, "data_ptr"):
        value = value.base
    return value


def gather_storages(arguments: Sequence[Argument]) -> tuple[list[Storage], list[Optional[tuple[Storage, int]]]]:
    """Every storage once, with a name; for each argument its storage and place in it, None where it is no tensor."""
    names = caller_names()
    storages: dict[int, Storage] = {}
    places: list[Optional[tuple[Storage, int]]] = []
    for argument in arguments:
        tensor = tensor_of(argument.value)
        if not argument.type.startswith("*") or not hasattr(tensor, "data_ptr"):
            places.append(None)
            continue
        device = str(getattr(tensor, "device", "cpu"))
        if not device.startswith("cpu"):
            raise ValueError(f"{argument.name} lies on the device {device}: the virtual GPU takes tensors of the CPU")
        pointer = int(tensor.data_ptr())
        if hasattr(tensor, "untyped_storage"):
            whole = tensor.untyped_storage()
            host, size = int(whole.data_ptr()), int(whole.nbytes())
        else:
            host, size = pointer, int(tensor.numel()) * int(tensor.element_size())
        if size == 0:
            places.append(None)
            argument.value = 0
            continue
        storage = storages.get(host)
        if storage is None:
            storage = storages[host] = Storage(host, size, element_of(argument.type), owner=tensor)
        stride = tensor.stride() if hasattr(tensor, "stride") else ()
        name = names.get(id(argument.value)) or names.get(id(tensor)) or argument.name
        storage.views.append(View(name, pointer - host, tuple(getattr(tensor, "shape", ())), tuple(stride)))
        places.append((storage, pointer - host))
    taken: set[str] = set()
    for storage in storages.values():
        different = list(dict.fromkeys(view.name for view in storage.views))
        storage.name = different[0] if len(different) == 1 else "storage of " + " and ".join(different)
        while storage.name in taken:
            storage.name += "'"
        taken.add(storage.name)
    return list(storages.values()), places
