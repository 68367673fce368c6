"""Tensors without values: what a host function gets while its launches are recorded."""

from __future__ import annotations

import itertools
from typing import Any, NoReturn, Optional, Sequence, Union

_PLACES = itertools.count(1)
_APART = 1 << 40  # bytes from one storage to the next; none is as large


class HostRead(RuntimeError):
    """A host function asks for what only a device knows."""


class dtype:
    """An element type; str() gives its name, which is what Triton looks at."""

    def __init__(self, name: str, element: str, itemsize: int, floating: bool) -> None:
        self.name = name
        self.element = element  # as the tutor names it: "f32"
        self.itemsize = itemsize
        self.is_floating_point = floating

    def __repr__(self) -> str:
        return f"torch.{self.name}"


DTYPES = {name: dtype(name, element, size, floating) for name, element, size, floating in (
    ("float16", "f16", 2, True), ("bfloat16", "bf16", 2, True), ("float32", "f32", 4, True),
    ("float64", "f64", 8, True), ("int8", "i8", 1, False), ("int16", "i16", 2, False), ("int32", "i32", 4, False),
    ("int64", "i64", 8, False), ("uint8", "u8", 1, False), ("uint16", "u16", 2, False), ("uint32", "u32", 4, False),
    ("uint64", "u64", 8, False), ("bool", "u8", 1, False))}
BY_ELEMENT = {"i32": DTYPES["int32"], **{each.element: each for each in DTYPES.values() if each.name != "bool"}}
_TRITON_NAMES = {"fp16": "float16", "bf16": "bfloat16", "fp32": "float32", "fp64": "float64", "int1": "bool"}


def dtype_of(told: Any) -> dtype:
    """From torch's, numpy's, Triton's or a name."""
    if isinstance(told, dtype):
        return told
    name = getattr(told, "__name__", None) or str(told)
    name = name.split(".")[-1]
    found = DTYPES.get(_TRITON_NAMES.get(name, name))
    if found is None:
        raise TypeError(f"there is no element type {told!r} here; there are {', '.join(DTYPES)}")
    return found


class Storage:
    """A buffer that will be on the device: one of the exercise's, or scratch."""

    def __init__(self, size: int, name: str = "", of: Optional[dtype] = None, read_only: bool = False) -> None:
        self.size = size
        self.name = name  # empty: scratch, named after the first variable that holds it
        self.of = of or DTYPES["uint8"]
        self.read_only = read_only
        self.argument = bool(name)
        self.place = next(_PLACES) * _APART

    def data_ptr(self) -> int:
        return self.place

    def nbytes(self) -> int:
        return self.size


class Device:
    """As torch.device("cuda")."""

    type = "cuda"
    index = 0

    def __repr__(self) -> str:
        return "device(type='cuda', index=0)"

    def __str__(self) -> str:
        return "cuda:0"

    def __eq__(self, other: object) -> bool:
        return str(other) in ("cuda", "cuda:0")

    def __hash__(self) -> int:
        return hash("cuda:0")


class Size(tuple[int, ...]):
    """As torch.Size."""

    def numel(self) -> int:
        total = 1
        for extent in self:
            total *= extent
        return total


def strides_of(shape: Sequence[int]) -> tuple[int, ...]:
    strides = [1] * len(shape)
    for i in range(len(shape) - 2, -1, -1):
        strides[i] = strides[i + 1] * max(int(shape[i + 1]), 1)
    return tuple(strides)


def shape_of(given: Sequence[Any]) -> Size:
    if len(given) == 1 and isinstance(given[0], (tuple, list)):
        given = given[0]
    shape = Size(int(extent) for extent in given)
    if any(extent < 0 for extent in shape):
        raise ValueError(f"a tensor of shape {tuple(shape)}: no extent may be negative")
    return shape


class Tensor:
    """A strided view of a storage."""

    requires_grad = False
    is_cuda = True
    device = Device()
    grad = None

    def __init__(self, storage: Storage, kind: dtype, shape: Sequence[int], stride: Optional[Sequence[int]] = None,
                 offset: int = 0) -> None:
        self._storage = storage
        self.dtype = kind
        self.shape = Size(shape)
        self._stride = tuple(stride) if stride is not None else strides_of(shape)
        self._offset = offset  # elements

    # ---- what Triton and host functions ask ----

    def data_ptr(self) -> int:
        return self._storage.place + self._offset * self.dtype.itemsize

    def untyped_storage(self) -> Storage:
        return self._storage

    def size(self, dim: Optional[int] = None) -> Any:
        return self.shape if dim is None else self.shape[dim]

    def stride(self, dim: Optional[int] = None) -> Any:
        return self._stride if dim is None else self._stride[dim]

    def dim(self) -> int:
        return len(self.shape)

    ndim = property(dim)
    itemsize = property(lambda self: self.dtype.itemsize)

    def numel(self) -> int:
        return self.shape.numel()

    nelement = numel

    def element_size(self) -> int:
        return self.dtype.itemsize

    def storage_offset(self) -> int:
        return self._offset

    def is_contiguous(self) -> bool:
        return all(extent == 1 or have == want
                   for extent, have, want in zip(self.shape, self._stride, strides_of(self.shape)))

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        return f"<tensor {tuple(self.shape)} of {self.dtype.name}, without values yet>"

    # ---- views ----

    def _view(self, shape: Sequence[int], stride: Sequence[int], offset: Optional[int] = None) -> "Tensor":
        return Tensor(self._storage, self.dtype, shape, stride, self._offset if offset is None else offset)

    def contiguous(self) -> "Tensor":
        if self.is_contiguous():
            return self
        self._refuse("contiguous() of a view that is not: that is a copy, a kernel of its own. Give the kernel strides")

    def view(self, *shape: Any) -> "Tensor":
        if len(shape) == 1 and isinstance(shape[0], dtype):
            if shape[0].itemsize != self.dtype.itemsize:
                self._refuse("view(dtype) of another size")
            return Tensor(self._storage, shape[0], self.shape, self._stride, self._offset)
        wanted = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else list(shape)
        if wanted.count(-1) == 1:
            rest = Size(extent for extent in wanted if extent != -1).numel()
            wanted[wanted.index(-1)] = self.numel() // max(rest, 1)
        if Size(wanted).numel() != self.numel():
            raise RuntimeError(f"shape {tuple(shape)} does not fit a tensor of shape {tuple(self.shape)}")
        return self.contiguous()._view(wanted, strides_of(wanted))

    reshape = view

    def flatten(self) -> "Tensor":
        return self.view(-1)

    def transpose(self, a: int, b: int) -> "Tensor":
        order = list(range(self.dim()))
        order[a], order[b] = order[b], order[a]
        return self.permute(*order)

    def permute(self, *order: Any) -> "Tensor":
        axes = list(order[0]) if len(order) == 1 and isinstance(order[0], (tuple, list)) else list(order)
        return self._view([self.shape[axis] for axis in axes], [self._stride[axis] for axis in axes])

    def t(self) -> "Tensor":
        return self.permute(*reversed(range(self.dim())))

    T = property(t)
    mT = property(lambda self: self.transpose(-1, -2))

    def unsqueeze(self, dim: int) -> "Tensor":
        dim %= self.dim() + 1
        shape, stride = list(self.shape), list(self._stride)
        stride.insert(dim, shape[dim] * stride[dim] if dim < len(shape) else 1)
        shape.insert(dim, 1)
        return self._view(shape, stride)

    def squeeze(self, dim: Optional[int] = None) -> "Tensor":
        kept = [i for i, extent in enumerate(self.shape)
                if extent != 1 or (dim is not None and i != dim % self.dim())]
        return self._view([self.shape[i] for i in kept], [self._stride[i] for i in kept])

    def expand(self, *shape: int) -> "Tensor":
        lead = len(shape) - self.dim()
        old = [1] * lead + list(self.shape)
        wanted = [have if want == -1 else want for want, have in zip(shape, old)]
        stride = [0] * lead + list(self._stride)
        return self._view(wanted, [s if have == want else 0 for s, have, want in zip(stride, old, wanted)])

    def __getitem__(self, key: Any) -> "Tensor":
        keys: list[Any] = list(key) if isinstance(key, tuple) else [key]
        if Ellipsis in keys:
            at = keys.index(Ellipsis)
            given = sum(each is not None for each in keys) - 1
            keys[at:at + 1] = [slice(None)] * (self.dim() - given)
        shape: list[int] = []
        stride: list[int] = []
        offset, axis = self._offset, 0
        for each in keys:
            if each is None:
                shape.append(1)
                stride.append(1)
                continue
            if axis >= self.dim():
                raise IndexError(f"too many indices for a tensor of shape {tuple(self.shape)}")
            if isinstance(each, slice):
                start, stop, step = each.indices(self.shape[axis])
                if step < 1:
                    raise ValueError("a slice's step must be positive")
                offset += start * self._stride[axis]
                shape.append(max(0, -(-(stop - start) // step)))
                stride.append(self._stride[axis] * step)
            elif hasattr(each, "__index__") and not isinstance(each, Tensor):
                index = int(each)
                if not -self.shape[axis] <= index < self.shape[axis]:
                    raise IndexError(f"index {index} is past a dimension of {self.shape[axis]}")
                offset += index % self.shape[axis] * self._stride[axis]
            else:
                self._refuse("indexing with a tensor or a list: that is a copy, a kernel of its own")
            axis += 1
        return self._view([*shape, *self.shape[axis:]], [*stride, *self._stride[axis:]], offset)

    def to(self, *told: Any, **more: Any) -> "Tensor":
        for each in (*told, *more.values()):
            if isinstance(each, dtype) and each is not self.dtype:
                self._refuse(f"to({each}): that is a copy, a kernel of its own")
        return self

    def cuda(self, *_: Any, **__: Any) -> "Tensor":
        return self

    def detach(self) -> "Tensor":
        return self

    # ---- scratch ----

    def new_empty(self, *shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> "Tensor":
        return empty(shape_of(shape), dtype_of(dtype) if dtype is not None else self.dtype)

    def new_zeros(self, *shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> "Tensor":
        return self.new_empty(*shape, dtype=dtype).zero_()

    def new_ones(self, *shape: Any, dtype: Any = None, device: Any = None, **_: Any) -> "Tensor":
        return self.new_empty(*shape, dtype=dtype).fill_(1)

    def new_full(self, shape: Any, value: Any, dtype: Any = None, device: Any = None, **_: Any) -> "Tensor":
        return self.new_empty(shape, dtype=dtype).fill_(value)

    def fill_(self, value: Union[int, float]) -> "Tensor":
        import launches

        if not self.is_contiguous():
            self._refuse("filling a view that is not contiguous")
        launches.record_fill(self, value)
        return self

    def zero_(self) -> "Tensor":
        return self.fill_(0)

    # ---- what only a device knows ----

    def _refuse(self, what: str) -> NoReturn:
        raise HostRead(f"{what}. The host function only makes scratch tensors and launches kernels; no tensor has "
                       "values yet when it runs")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise HostRead(f"tensor.{name} is not there: the host function only makes scratch tensors and launches "
                       "kernels, and no tensor has values yet when it runs")

    def _reads(name: str) -> Any:  # type: ignore[misc]
        def refuse(self: "Tensor", *_: Any, **__: Any) -> NoReturn:
            self._refuse(f"{name} needs a tensor's values")
        return refuse

    for _name in ("item", "tolist", "numpy", "cpu", "sum", "max", "min", "mean", "any", "all", "copy_", "clone", "float",
                  "half", "abs", "exp", "argmax"):
        locals()[_name] = _reads(f"{_name}()")
    for _name, _said in (("float", "float(tensor)"), ("int", "int(tensor)"), ("bool", "a condition on a tensor"),
                         ("iter", "a loop over a tensor"), ("setitem", "tensor[...] = value")):
        locals()[f"__{_name}__"] = _reads(_said)
    for _name, _said in (("add", "+"), ("radd", "+"), ("sub", "-"), ("rsub", "-"), ("mul", "*"), ("rmul", "*"),
                         ("truediv", "/"), ("rtruediv", "/"), ("matmul", "@"), ("neg", "-"), ("lt", "<"), ("le", "<="),
                         ("gt", ">"), ("ge", ">="), ("iadd", "+="), ("imul", "*="), ("pow", "**")):
        locals()[f"__{_name}__"] = _reads(f"arithmetic ({_said}) on a whole tensor")
    del _name, _said, _reads


def empty(shape: Sequence[int], kind: dtype) -> Tensor:
    """Scratch, with whatever the memory holds."""
    size = Size(shape).numel() * kind.itemsize
    return Tensor(Storage(size, of=kind), kind, shape)
