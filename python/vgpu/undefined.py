"""Which elements nobody has written: tensors of empty() hold a pattern until somebody does.

The pattern is a NaN with a payload of its own, or a rare integer: an element that still holds it was not written. Types
of one byte, and integers of two, have no value rare enough; they count as written.
"""

from __future__ import annotations

import ctypes
import weakref
from typing import Any, Optional

import numpy as np

from .arguments import Storage

_PATTERNS = {
    "float16": np.uint16(0xFDB7),
    "bfloat16": np.uint16(0xFFB7),
    "float32": np.uint32(0xFFD3B7A1),
    "float64": np.uint64(0xFFF9D3B7A15C8E42),
    "int32": np.uint32(0x9E37B1A5),
    "uint32": np.uint32(0x9E37B1A5),
    "int64": np.uint64(0x9E37B1A5D3C7F129),
    "uint64": np.uint64(0x9E37B1A5D3C7F129),
}

#: Start of a storage -> a tensor in it, its bytes, the pattern.
_tracked: dict[int, tuple["weakref.ref[Any]", int, Any]] = {}


def _elements(host: int, size: int, pattern: Any) -> "np.ndarray[Any, Any]":
    memory = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(host))
    elements: np.ndarray[Any, Any] = memory[:size - size % pattern.dtype.itemsize].view(pattern.dtype)
    return elements


def track(tensor: Any) -> Any:
    """Fills a fresh tensor with the pattern of its type, and remembers it; gives it back."""
    pattern = _PATTERNS.get(str(tensor.dtype).split(".")[-1])
    storage = tensor.untyped_storage()
    host, size = int(storage.data_ptr()), int(storage.nbytes())
    if pattern is None or size == 0 or not str(tensor.device).startswith("cpu"):
        return tensor
    _elements(host, size, pattern)[:] = pattern

    def forget(reference: Any) -> None:
        entry = _tracked.get(host)
        if entry is not None and entry[0] is reference:
            del _tracked[host]

    _tracked[host] = (weakref.ref(tensor, forget), size, pattern)
    return tensor


def mask_of(storage: Storage) -> Optional["np.ndarray[Any, Any]"]:
    """Of each byte of a storage 1 where it was not written, else 0; None: all of it was."""
    entry = _tracked.get(storage.host)
    if entry is None or entry[1] != storage.size:
        return None
    _, size, pattern = entry
    missing = _elements(storage.host, size, pattern) == pattern
    if not missing.any():
        del _tracked[storage.host]
        return None
    mask = np.zeros(size, np.uint8)
    mask[:missing.size * pattern.dtype.itemsize] = np.repeat(missing, pattern.dtype.itemsize)
    return mask
