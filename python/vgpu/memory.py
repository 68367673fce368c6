"""The host memory that a call's tensors lie in: kept, compared and put back, whatever kind of tensor it is."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Optional

import numpy as np

from .arguments import tensor_of

Bytes = "np.ndarray[Any, Any]"


@dataclass
class Region:
    """One storage."""

    host: int
    size: int  #: bytes
    element_size: int
    name: str
    owner: Any  #: a tensor in it, so that it stays


def _tensors(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (tuple, list)):
        for i, each in enumerate(value):
            yield from _tensors(f"{name}[{i}]", each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _tensors(str(key), each)
    elif hasattr(value, "base") and not hasattr(value, "untyped_storage"):  # a descriptor, triton.reinterpret()'s
        yield from _tensors(name, value.base)
    elif hasattr(value, "data_ptr"):
        yield name, tensor_of(value)


def regions(named: Iterable[tuple[str, Any]]) -> list[Region]:
    """The storages of all tensors among these values, each once, under its first name."""
    found: dict[int, Region] = {}
    for name, value in named:
        for each, tensor in _tensors(name, value):
            if hasattr(tensor, "untyped_storage"):
                storage = tensor.untyped_storage()
                host, size = int(storage.data_ptr()), int(storage.nbytes())
            else:
                host, size = int(tensor.data_ptr()), int(tensor.numel()) * int(tensor.element_size())
            if size:
                found.setdefault(host, Region(host, size, int(tensor.element_size()), each, tensor))
    return list(found.values())


def kept(of: Iterable[Region]) -> list[Any]:
    """A copy of each one's bytes."""
    return [np.ctypeslib.as_array((ctypes.c_uint8 * each.size).from_address(each.host)).copy() for each in of]


def put_back(into: Iterable[Region], contents: Iterable[Any]) -> None:
    for region, content in zip(into, contents):
        ctypes.memmove(region.host, content.ctypes.data, region.size)


@dataclass
class Difference:
    """Elements of a tensor that are not the same, bit for bit."""

    tensor: str
    count: int
    total: int
    index: int  #: of the first, in the tensor as it lies in memory

    def __str__(self) -> str:
        return f"{self.tensor} differs in {self.count:,} of {self.total:,} elements, first at {self.tensor}[{self.index}]"


def difference(region: Region, first: Any, second: Any) -> Optional[Difference]:
    """Between two contents of a region."""
    if np.array_equal(first, second):
        return None
    size = region.element_size if region.size % region.element_size == 0 else 1
    elements = (first != second).reshape(-1, size).any(axis=1)
    return Difference(region.name, int(elements.sum()), int(elements.size), int(elements.argmax()))
