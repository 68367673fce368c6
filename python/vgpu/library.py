"""libvgpu from Python: vgpu/c/vgpu_c.h, with exceptions in place of statuses."""

from __future__ import annotations

import ctypes
import json
import os
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Optional, Sequence

INTERFACE_MAJOR = 1

READ_ONLY = 1
UNDEFINED = 2
SCRATCH = 4


class VgpuError(RuntimeError):
    """What libvgpu refuses; `file` and `line` are the kernel's, "" and 0 where unknown."""

    def __init__(self, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {message}" if line else message)
        self.file = file
        self.line = line


class _Description(Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("element", c_char_p), ("flags", c_uint32)]


class _Launch(Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("kernel", c_char_p),
        ("grid", c_uint32 * 3),
        ("block", c_uint32 * 3),
        ("dynamic_shared_bytes", c_uint32),
        ("threads", c_uint32),
        ("arguments", POINTER(c_void_p)),
        ("argument_count", c_size_t),
        ("parameters", c_void_p),
        ("parameter_bytes", c_size_t),
        ("warp_steps", c_uint64),
        ("total_steps", c_uint64),
    ]


def _candidates() -> list[Path]:
    told = os.environ.get("VGPU_LIBRARY")
    if told:
        return [Path(told)]
    here = Path(__file__).resolve().parent
    root = here.parent.parent
    found = [here / "libvgpu.so.1", root / "build" / "release" / "vgpu" / "c" / "libvgpu.so.1"]
    if here.parts[-4:-1] == ("share", "tritutor", "python"):  # installed with tritutor
        found += sorted((here.parents[3] / "lib").glob("**/libvgpu.so.1"))
    return found


def _load() -> ctypes.CDLL:
    for path in _candidates():
        if path.exists():
            library = ctypes.CDLL(str(path))
            break
    else:
        try:
            library = ctypes.CDLL("libvgpu.so.1")
        except OSError:
            places = " and ".join(str(path) for path in _candidates())
            raise VgpuError(f"there is no libvgpu at {places}; build it (cmake --build build/release --target vgpu_c), "
                            "or set VGPU_LIBRARY to a libvgpu.so.1") from None
    library.vgpu_interface.restype = c_uint32
    major = int(library.vgpu_interface()) >> 16
    if major != INTERFACE_MAJOR:
        raise VgpuError(f"{library._name} has interface {major}, this package needs {INTERFACE_MAJOR}")
    for name in ("vgpu_error_message", "vgpu_error_file", "vgpu_module_kernels", "vgpu_device_properties"):
        getattr(library, name).restype = c_char_p
    library.vgpu_module_kernels.argtypes = [c_void_p]
    library.vgpu_device_properties.argtypes = [c_void_p]
    library.vgpu_free.argtypes = [c_void_p]
    library.vgpu_free.restype = None
    library.vgpu_module_load.argtypes = [c_char_p, c_size_t, POINTER(c_void_p)]
    library.vgpu_module_free.argtypes = [c_void_p]
    library.vgpu_module_free.restype = None
    library.vgpu_profiles.argtypes = [c_char_p, POINTER(c_void_p)]
    library.vgpu_device_create.argtypes = [c_char_p, c_char_p, POINTER(c_void_p)]
    library.vgpu_device_free.argtypes = [c_void_p]
    library.vgpu_device_free.restype = None
    library.vgpu_device_stop.argtypes = [c_void_p, c_int]
    library.vgpu_device_stop.restype = None
    library.vgpu_buffer_wrap.argtypes = [c_void_p, c_void_p, c_uint64, POINTER(_Description), POINTER(c_uint64)]
    library.vgpu_buffer_allocate.argtypes = [c_void_p, c_uint64, POINTER(_Description), POINTER(c_uint64)]
    library.vgpu_buffer_free.argtypes = [c_void_p, c_uint64]
    library.vgpu_buffer_mark_undefined.argtypes = [c_void_p, c_uint64, c_void_p, c_uint64]
    library.vgpu_run.argtypes = [c_void_p, c_void_p, POINTER(_Launch), POINTER(c_void_p)]
    return library


_library: Optional[ctypes.CDLL] = None


def library() -> ctypes.CDLL:
    global _library
    if _library is None:
        _library = _load()
    return _library


def _check(status: int) -> None:
    if status != 0:
        lib = library()
        raise VgpuError(lib.vgpu_error_message().decode(errors="replace"),
                        lib.vgpu_error_file().decode(errors="replace"), lib.vgpu_error_line())


def _take_json(pointer: c_void_p) -> Any:
    try:
        return json.loads(ctypes.string_at(pointer.value or 0))
    finally:
        library().vgpu_free(pointer)


def profiles(folder: Optional[str] = None) -> list[dict[str, str]]:
    """The devices that time can be predicted for: their names and titles."""
    out = c_void_p()
    _check(library().vgpu_profiles(folder.encode() if folder else None, byref(out)))
    found: list[dict[str, str]] = _take_json(out)
    return found


class Module:
    """Loaded PTX. `kernels` is by name what vgpu_module_kernels() says."""

    def __init__(self, ptx: bytes) -> None:
        self._handle = c_void_p()
        _check(library().vgpu_module_load(ptx, len(ptx), byref(self._handle)))
        listed = json.loads(library().vgpu_module_kernels(self._handle))
        self.kernels: dict[str, dict[str, Any]] = {each["kernel"]: each for each in listed}

    def __del__(self) -> None:
        if self._handle and _library is not None:
            _library.vgpu_module_free(self._handle)
            self._handle = c_void_p()


class Device:
    """One virtual GPU with the figures of a real one. For one thread at a time."""

    def __init__(self, profile: str = "A100", profiles: Optional[str] = None) -> None:
        self._handle = c_void_p()
        _check(library().vgpu_device_create(profile.encode(), profiles.encode() if profiles else None,
                                            byref(self._handle)))
        self.properties: dict[str, Any] = json.loads(library().vgpu_device_properties(self._handle))

    def __del__(self) -> None:
        if self._handle and _library is not None:
            _library.vgpu_device_free(self._handle)
            self._handle = c_void_p()

    def stop(self, stop: bool = True) -> None:
        library().vgpu_device_stop(self._handle, int(stop))

    def wrap(self, host: int, size: int, name: str, element: str, flags: int = 0) -> int:
        """Makes `size` bytes at `host` a buffer; gives its device address."""
        about = _Description(ctypes.sizeof(_Description), name.encode(), element.encode(), flags)
        address = c_uint64()
        _check(library().vgpu_buffer_wrap(self._handle, host, size, byref(about), byref(address)))
        return address.value

    def allocate(self, size: int, name: str, element: str, flags: int = 0) -> int:
        about = _Description(ctypes.sizeof(_Description), name.encode(), element.encode(), flags)
        address = c_uint64()
        _check(library().vgpu_buffer_allocate(self._handle, size, byref(about), byref(address)))
        return address.value

    def free(self, address: int) -> None:
        _check(library().vgpu_buffer_free(self._handle, address))

    def mark_undefined(self, address: int, mask: int, size: int) -> None:
        """`mask` is the address of `size` bytes, one for each of the buffer's: not 0 where nobody has written it."""
        _check(library().vgpu_buffer_mark_undefined(self._handle, address, mask, size))

    def run(self, module: Module, kernel: str, grid: Sequence[int], block: Sequence[int], shared: int,
            arguments: Sequence[bytes], threads: int = 0, warp_steps: int = 0) -> dict[str, Any]:
        """Runs a kernel; `arguments` are each parameter's bytes. Gives vgpu_run()'s JSON."""
        launch = _Launch(struct_size=ctypes.sizeof(_Launch), kernel=kernel.encode())
        launch.grid[:] = grid
        launch.block[:] = block
        launch.dynamic_shared_bytes = shared
        launch.threads = threads
        launch.warp_steps = warp_steps
        held = [ctypes.create_string_buffer(value, len(value)) for value in arguments]
        pointers = (c_void_p * max(len(held), 1))(*(ctypes.addressof(each) for each in held))
        launch.arguments = ctypes.cast(pointers, POINTER(c_void_p))
        launch.argument_count = len(held)
        out = c_void_p()
        _check(library().vgpu_run(self._handle, module._handle, byref(launch), byref(out)))
        result: dict[str, Any] = _take_json(out)
        return result
