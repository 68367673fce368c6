"""Tensors for Triton programs where there is no torch: numpy arrays with the part of torch.Tensor's interface that such
programs use. bfloat16, which numpy lacks, is kept as its bits."""

from __future__ import annotations

import builtins
from typing import Any, Iterator, Optional, Sequence, Union

import numpy as np

from . import undefined

Array = "np.ndarray[Any, Any]"
_ALIGNMENT = 256


class dtype:
    """An element type; str() gives its name, which is what Triton looks at."""

    def __init__(self, name: str, numpy_name: str, floating: bool) -> None:
        self.name = name
        self.numpy = np.dtype(numpy_name)
        self.is_floating_point = floating

    @property
    def itemsize(self) -> int:
        return int(self.numpy.itemsize)

    def __repr__(self) -> str:
        return f"vgpu.{self.name}"


float16 = dtype("float16", "float16", True)
bfloat16 = dtype("bfloat16", "uint16", True)
float32 = dtype("float32", "float32", True)
float64 = dtype("float64", "float64", True)
int8 = dtype("int8", "int8", False)
int16 = dtype("int16", "int16", False)
int32 = dtype("int32", "int32", False)
int64 = dtype("int64", "int64", False)
uint8 = dtype("uint8", "uint8", False)
uint16 = dtype("uint16", "uint16", False)
uint32 = dtype("uint32", "uint32", False)
uint64 = dtype("uint64", "uint64", False)
bool_ = dtype("bool", "bool", False)
_OF_NUMPY = (float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool_)
_BY_NUMPY = {each.numpy: each for each in _OF_NUMPY}
_BY_NAME = {each.name: each for each in (*_OF_NUMPY, bfloat16)}
_BY_NAME.update(fp16=float16, bf16=bfloat16, fp32=float32, fp64=float64, int1=bool_)  # Triton's own names

Shape = Union[int, Sequence[int]]


def _to_bfloat16(values: Any) -> Any:
    """Rounded to nearest even; NaN is 0x7fc0."""
    single = np.asarray(values, np.float32)
    bits = single.view(np.uint32).astype(np.uint64)
    rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return np.where(np.isnan(single), np.uint16(0x7FC0), rounded)


class Storage:
    """The memory that tensors lie in."""

    def __init__(self, size: int) -> None:
        self._raw = np.empty(size + _ALIGNMENT, np.uint8)
        start = -self._raw.ctypes.data % _ALIGNMENT
        self.bytes = self._raw[start:start + size]

    def data_ptr(self) -> int:
        return int(self.bytes.ctypes.data)

    def nbytes(self) -> int:
        return int(self.bytes.size)

    def cpu(self) -> "Storage":
        """A copy, which is what Triton's interpreter asks for."""
        return Storage(self.nbytes()).copy_(self)

    def copy_(self, other: "Storage") -> "Storage":
        self.bytes[:] = other.bytes
        return self


class Device:
    """What torch.device("cpu") is to programs that look at it."""

    type = "cpu"
    index: Optional[int] = None

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> builtins.bool:
        return str(other) == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")


_DEVICE = Device()


class Tensor:
    """A strided array in a Storage. Views share it, as torch's do."""

    def __init__(self, array: Any, kind: dtype, storage: Storage) -> None:
        self._array = array  # of kind.numpy, lies in the storage
        self.dtype = kind
        self._storage = storage
        self.requires_grad = False
        self.grad: Optional[Tensor] = None

    # ---- what Triton asks ----

    def data_ptr(self) -> int:
        return int(self._array.ctypes.data) if self._array.size else 0

    def untyped_storage(self) -> Storage:
        return self._storage

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(int(each) for each in self._array.shape)

    def size(self, dim: Optional[int] = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def stride(self, dim: Optional[int] = None) -> Any:
        strides = tuple(int(each) // self.dtype.itemsize for each in self._array.strides)
        return strides if dim is None else strides[dim]

    def storage_offset(self) -> int:
        return (self.data_ptr() - self._storage.data_ptr()) // self.dtype.itemsize

    def element_size(self) -> int:
        return self.dtype.itemsize

    def numel(self) -> int:
        return int(self._array.size)

    nelement = numel

    @property
    def ndim(self) -> int:
        return int(self._array.ndim)

    def dim(self) -> int:
        return self.ndim

    @property
    def device(self) -> Device:
        return _DEVICE

    @property
    def is_cuda(self) -> builtins.bool:
        return False

    def is_contiguous(self) -> builtins.bool:
        return builtins.bool(self._array.flags.c_contiguous)

    def is_floating_point(self) -> builtins.bool:
        return self.dtype.is_floating_point

    # ---- values ----

    def numpy(self) -> Any:
        """The array itself, which shares the memory; of bfloat16 a copy as float32."""
        return self._values() if self.dtype is bfloat16 else self._array

    def __array__(self, dtype: Any = None, copy: Optional[builtins.bool] = None) -> Any:
        values = self.numpy()
        return values if dtype is None else values.astype(dtype)

    def _values(self) -> Any:
        if self.dtype is bfloat16:
            return (self._array.astype(np.uint32) << 16).view(np.float32)
        return self._array

    def _assign(self, where: Any, values: Any) -> None:
        values = values._values() if isinstance(values, Tensor) else values
        self._array[where] = _to_bfloat16(values) if self.dtype is bfloat16 else values

    def item(self) -> Any:
        return self._values().item()

    def tolist(self) -> Any:
        return self._values().tolist()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> builtins.bool:
        return builtins.bool(self.item())

    def __len__(self) -> int:
        return len(self._array)

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, where: Any) -> "Tensor":
        where = where._array if isinstance(where, Tensor) else where
        part = self._array[where]
        if isinstance(part, np.ndarray) and np.shares_memory(part, self._array):
            return self._view(part)
        if not isinstance(part, np.ndarray):  # a scalar: as a view of no dimensions, where it is one
            lone = where if isinstance(where, tuple) else (where,)
            return self._view(self._array[tuple(lone) + (Ellipsis,)])
        return _new(part, self.dtype, bits=True)

    def __setitem__(self, where: Any, values: Any) -> None:
        self._assign(where._array if isinstance(where, Tensor) else where, values)

    def __repr__(self) -> str:
        return f"tensor({np.array2string(self._values(), separator=', ')}, dtype={self.dtype})"

    # ---- shapes ----

    def _view(self, array: Any) -> "Tensor":
        return Tensor(array, self.dtype, self._storage)

    def view(self, *shape: Any) -> "Tensor":
        if len(shape) == 1 and isinstance(shape[0], dtype):
            return Tensor(self._array.view(shape[0].numpy), shape[0], self._storage)
        return self.reshape(*shape)

    def reshape(self, *shape: Any) -> "Tensor":
        wanted = _shape(shape)
        array = self._array.reshape(wanted)
        return self._view(array) if np.shares_memory(array, self._array) else _new(array, self.dtype, bits=True)

    def flatten(self) -> "Tensor":
        return self.reshape(-1)

    def transpose(self, first: int, second: int) -> "Tensor":
        return self._view(self._array.swapaxes(first, second))

    def t(self) -> "Tensor":
        return self._view(self._array.T)

    T = property(t)

    def permute(self, *order: Any) -> "Tensor":
        return self._view(self._array.transpose(_shape(order)))

    def unsqueeze(self, dim: int) -> "Tensor":
        return self._view(np.expand_dims(self._array, dim))

    def squeeze(self, dim: Optional[int] = None) -> "Tensor":
        return self._view(self._array.squeeze(dim))

    def expand(self, *shape: Any) -> "Tensor":
        wanted = [old if new == -1 else new for new, old in
                  zip(_shape(shape), (1,) * (len(_shape(shape)) - self.ndim) + self.shape)]
        return self._view(np.broadcast_to(self._array, wanted))

    def contiguous(self) -> "Tensor":
        return self if self.is_contiguous() else self.clone()

    def clone(self) -> "Tensor":
        return _new(self._array, self.dtype, bits=True)

    def detach(self) -> "Tensor":
        return self._view(self._array)

    def to(self, *what: Any, dtype: Optional[dtype] = None, **_: Any) -> "Tensor":
        kind = dtype
        for each in what:
            if isinstance(each, type(float32)):
                kind = each
        return self if kind is None or kind is self.dtype else _new(self._values(), kind)

    def float(self) -> "Tensor":
        return self.to(float32)

    def double(self) -> "Tensor":
        return self.to(float64)

    def half(self) -> "Tensor":
        return self.to(float16)

    def cpu(self) -> "Tensor":
        return self

    def cuda(self, device: Any = None) -> "Tensor":
        return self

    def requires_grad_(self, wanted: builtins.bool = True) -> "Tensor":
        self.requires_grad = wanted
        return self

    def new_empty(self, *shape: Any, dtype: Any = None, **_: Any) -> "Tensor":
        return empty(*shape, dtype=_kind(dtype, self.dtype))

    def new_zeros(self, *shape: Any, dtype: Any = None, **_: Any) -> "Tensor":
        return zeros(*shape, dtype=_kind(dtype, self.dtype))

    # ---- in place ----

    def set_(self, storage: Storage, offset: int, shape: Sequence[int], stride: Sequence[int]) -> "Tensor":
        """Becomes a view of another storage; offset and stride in elements."""
        size = self.dtype.itemsize
        self._storage = storage
        self._array = np.ndarray(tuple(shape), self.dtype.numpy, storage.bytes.data, offset * size,
                                 tuple(size * each for each in stride))
        return self

    def fill_(self, value: Any) -> "Tensor":
        self._assign(Ellipsis, value)
        return self

    def zero_(self) -> "Tensor":
        return self.fill_(0)

    def copy_(self, other: Any) -> "Tensor":
        self._assign(Ellipsis, other)
        return self

    def normal_(self, mean: builtins.float = 0.0, std: builtins.float = 1.0) -> "Tensor":
        self._assign(Ellipsis, _generator.normal(mean, std, self.shape))
        return self

    def uniform_(self, low: builtins.float = 0.0, high: builtins.float = 1.0) -> "Tensor":
        self._assign(Ellipsis, _generator.uniform(low, high, self.shape))
        return self

    # ---- arithmetic, for checks ----

    def _with(self, other: Any, function: Any, swapped: builtins.bool = False) -> "Tensor":
        mine, its = self._values(), other._values() if isinstance(other, Tensor) else other
        result = np.asarray(function(its, mine) if swapped else function(mine, its))
        return _new(result, self._kind_with(other, result))

    def _kind_with(self, other: Any, result: Any) -> dtype:
        if result.dtype == np.bool_:
            return bool_
        both_half = self.dtype is bfloat16 and (not isinstance(other, Tensor) or other.dtype is bfloat16)
        return bfloat16 if both_half else _BY_NUMPY[result.dtype]

    def __add__(self, other: Any) -> "Tensor":
        return self._with(other, np.add)

    def __radd__(self, other: Any) -> "Tensor":
        return self._with(other, np.add, True)

    def __sub__(self, other: Any) -> "Tensor":
        return self._with(other, np.subtract)

    def __rsub__(self, other: Any) -> "Tensor":
        return self._with(other, np.subtract, True)

    def __mul__(self, other: Any) -> "Tensor":
        return self._with(other, np.multiply)

    def __rmul__(self, other: Any) -> "Tensor":
        return self._with(other, np.multiply, True)

    def __truediv__(self, other: Any) -> "Tensor":
        return self._with(other, np.true_divide)

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self._with(other, np.true_divide, True)

    def __pow__(self, other: Any) -> "Tensor":
        return self._with(other, np.power)

    def __matmul__(self, other: "Tensor") -> "Tensor":
        wide = np.matmul(self._values().astype(np.float64), other._values().astype(np.float64))
        return _new(wide, self.dtype)

    def __neg__(self) -> "Tensor":
        return _new(-self._values(), self.dtype)

    def __eq__(self, other: object) -> Any:
        return self._with(other, np.equal)

    def __ne__(self, other: object) -> Any:
        return self._with(other, np.not_equal)

    def __lt__(self, other: Any) -> "Tensor":
        return self._with(other, np.less)

    def __le__(self, other: Any) -> "Tensor":
        return self._with(other, np.less_equal)

    def __gt__(self, other: Any) -> "Tensor":
        return self._with(other, np.greater)

    def __ge__(self, other: Any) -> "Tensor":
        return self._with(other, np.greater_equal)

    def __hash__(self) -> int:
        return id(self)

    def _reduced(self, function: Any, dim: Any, keepdim: builtins.bool) -> "Tensor":
        result = np.asarray(function(self._values(), axis=dim, keepdims=keepdim))
        kind = self.dtype if self.dtype.is_floating_point else _BY_NUMPY[result.dtype]
        return _new(result, kind)

    def sum(self, dim: Any = None, keepdim: builtins.bool = False) -> "Tensor":
        return self._reduced(np.sum, dim, keepdim)

    def mean(self, dim: Any = None, keepdim: builtins.bool = False) -> "Tensor":
        return self._reduced(np.mean, dim, keepdim)

    def max(self, dim: Any = None, keepdim: builtins.bool = False) -> "Tensor":
        return self._reduced(np.max, dim, keepdim)

    def min(self, dim: Any = None, keepdim: builtins.bool = False) -> "Tensor":
        return self._reduced(np.min, dim, keepdim)

    def all(self) -> "Tensor":
        return _new(np.asarray(np.all(self._values())), bool_)

    def any(self) -> "Tensor":
        return _new(np.asarray(np.any(self._values())), bool_)

    def abs(self) -> "Tensor":
        return _new(np.abs(self._values()), self.dtype)

    def exp(self) -> "Tensor":
        return _new(np.exp(self._values()), self.dtype)

    def sqrt(self) -> "Tensor":
        return _new(np.sqrt(self._values()), self.dtype)


_generator = np.random.default_rng(0)


def _shape(shape: Sequence[Any]) -> tuple[int, ...]:
    if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)):
        shape = tuple(shape[0])
    return tuple(int(each) for each in shape)


def _kind(kind: Any, default: dtype = float32) -> dtype:
    """Of a dtype of ours, numpy's, Triton's or torch's, or of its name."""
    if kind is None:
        return default
    if isinstance(kind, dtype):
        return kind
    named = _BY_NAME.get(str(kind).removeprefix("torch."))
    if named is not None:
        return named
    try:
        return _BY_NUMPY[np.dtype(kind)]
    except (TypeError, KeyError):
        raise TypeError(f"{kind!r} is no element type; there are {', '.join(_BY_NAME)}") from None


def _fresh(shape: Sequence[int], kind: dtype) -> Tensor:
    count = int(np.prod(shape, dtype=np.int64))
    storage = Storage(count * kind.itemsize)
    return Tensor(storage.bytes.view(kind.numpy).reshape(tuple(shape)), kind, storage)


def _new(values: Any, kind: dtype, bits: builtins.bool = False) -> Tensor:
    """A copy; `bits`: `values` are already of the array's own type."""
    out = _fresh(np.shape(values), kind)
    out._array[...] = _to_bfloat16(values) if kind is bfloat16 and not bits else values
    return out


def manual_seed(seed: int) -> None:
    global _generator
    _generator = np.random.default_rng(seed)


def empty(*shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> Tensor:
    """Nobody has written it: a kernel that reads it first is found."""
    out: Tensor = undefined.track(_fresh(_shape(shape), _kind(dtype)))
    return out


def full(shape: Shape, value: Any, dtype: Any = None, device: Any = None) -> Tensor:
    default = float32 if isinstance(value, float) else bool_ if isinstance(value, bool) else int64
    return _fresh(_shape((shape,)), _kind(dtype, default)).fill_(value)


def zeros(*shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> Tensor:
    return _fresh(_shape(shape), _kind(dtype)).fill_(0)


def ones(*shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> Tensor:
    return _fresh(_shape(shape), _kind(dtype)).fill_(1)


def randn(*shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> Tensor:
    return _new(_generator.standard_normal(_shape(shape)), _kind(dtype))


def rand(*shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> Tensor:
    return _new(_generator.random(_shape(shape)), _kind(dtype))


def randint(low: int, high: int, shape: Shape, dtype: Any = None, device: Any = None) -> Tensor:
    return _new(_generator.integers(low, high, _shape((shape,))), _kind(dtype, int64))


def arange(*bounds: Any, dtype: Any = None, device: Any = None) -> Tensor:
    values = np.arange(*bounds)
    return _new(values, _kind(dtype, float32 if values.dtype.kind == "f" else int64))


def empty_like(other: Tensor, dtype: Any = None, device: Any = None) -> Tensor:
    return empty(other.shape, dtype=_kind(dtype, other.dtype))


def zeros_like(other: Tensor, dtype: Any = None, device: Any = None) -> Tensor:
    return zeros(other.shape, dtype=_kind(dtype, other.dtype))


def ones_like(other: Tensor, dtype: Any = None, device: Any = None) -> Tensor:
    return ones(other.shape, dtype=_kind(dtype, other.dtype))


def tensor(values: Any, dtype: Any = None, device: Any = None) -> Tensor:
    array = np.asarray(values)
    if dtype is None and array.dtype == np.float64 and not isinstance(values, np.ndarray):
        dtype = float32
    return _new(array, _kind(dtype, _BY_NUMPY.get(array.dtype, float32)))


def from_numpy(array: Any) -> Tensor:
    """A copy of a numpy array."""
    return _new(array, _BY_NUMPY[np.asarray(array).dtype])


def allclose(a: Tensor, b: Tensor, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    return builtins.bool(np.allclose(a._values(), b._values(), rtol=rtol, atol=atol))
