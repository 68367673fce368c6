"""What torch lends: tensors of empty() that know that nobody has written them, and, for whole programs, the device
"cuda" and the calls of torch.cuda that a torch without CUDA refuses."""

from __future__ import annotations

import sys
from typing import Any, Callable

from . import undefined

_saved: list[tuple[Any, str, Any]] = []
_MAKERS = ("empty", "empty_like", "empty_strided")


_ABSENT = object()


def _replace(owner: Any, name: str, by: Any) -> None:
    _saved.append((owner, name, getattr(owner, name, _ABSENT)))
    setattr(owner, name, by)


def _tracking(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(*arguments: Any, **options: Any) -> Any:
        tensor = make(*arguments, **options)
        plain = type(tensor).__name__ == "Tensor" and options.get("out") is None
        return undefined.track(tensor) if plain and str(tensor.layout) == "torch.strided" else tensor

    return made


def track_empty() -> None:
    """From here on torch.empty() and its like give tensors that are known to be unwritten. Nothing, where torch is not
    imported."""
    torch = sys.modules.get("torch")
    if torch is None or _saved:
        return
    for name in _MAKERS:
        _replace(torch, name, _tracking(getattr(torch, name)))
    _replace(torch.Tensor, "new_empty", _tracking(torch.Tensor.new_empty))


def restore() -> None:
    while _saved:
        owner, name, old = _saved.pop()
        if old is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, old)


class Device:
    """`with torch.cuda.device(...)`: there is but one."""

    idx = 0

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: Any) -> None:
        pass


class Stream(Device):
    """The one stream of the virtual GPU, on which everything is done when it is asked for; also `with` it."""

    cuda_stream = 0
    device = "cpu"

    def query(self) -> bool:
        return True

    def synchronize(self) -> None:
        pass

    def wait_stream(self, stream: Any) -> None:
        pass

    def wait_event(self, event: Any) -> None:
        pass

    def record_event(self, event: Any = None) -> Any:
        from .runtime import Event

        event = event or Event()
        event.record()
        return event


def stand_in_for_cuda() -> None:
    """The device "cuda" becomes the CPU's memory, and torch.cuda answers for the virtual GPU."""
    import torch
    from torch.overrides import TorchFunctionMode

    from .runtime import DeviceInterface, current

    def on_cpu(device: Any) -> Any:
        if isinstance(device, int) and not isinstance(device, bool):
            return torch.device("cpu")
        return torch.device("cpu") if str(device).split(":")[0] == "cuda" else device

    class OnCpu(TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            kwargs = dict(kwargs or {})
            if kwargs.get("device") is not None:
                kwargs["device"] = on_cpu(kwargs["device"])
            name = getattr(function, "__name__", "")
            if name == "__get__" and getattr(function, "__self__", None) is torch.Tensor.is_cuda:
                return True
            if name == "cuda":
                return args[0]
            if name == "to":
                args = tuple(on_cpu(each) if isinstance(each, (str, torch.device)) else each for each in args)
            return function(*args, **kwargs)

    OnCpu().__enter__()

    class Properties:
        name = str(current().device.properties["title"])
        major, minor = 8, 0
        multi_processor_count = int(current().device.properties["sm_count"])
        warp_size = 32
        total_memory = 16 << 30
        max_threads_per_multi_processor = int(current().device.properties["threads_per_sm"])
        shared_memory_per_block_optin = int(current().device.properties["max_shared_bytes_per_block"])
        L2_cache_size = int(current().device.properties["l2_bytes"])

    for name in ("Event", "is_available", "device_count", "current_device", "set_device", "synchronize", "empty_cache",
                 "get_device_capability", "get_device_name"):
        _replace(torch.cuda, name, getattr(DeviceInterface, name))
    _replace(torch.cuda, "get_device_properties", lambda device=None: Properties)
    _replace(torch.cuda, "is_bf16_supported", lambda *_, **__: True)
    for name in ("Stream", "stream", "current_stream", "default_stream"):
        _replace(torch.cuda, name, Stream)
    for name in ("device", "device_of"):
        _replace(torch.cuda, name, Device)
    _replace(torch.cuda, "set_stream", lambda stream: None)
    # A torch without CUDA lacks it.
    _replace(torch._C, "_cuda_getCurrentRawStream", lambda device: 0)
    _replace(torch.cuda, "init", lambda: None)
    _replace(torch.cuda, "is_initialized", lambda: True)
    _replace(torch.cuda, "mem_get_info", lambda device=None: (Properties.total_memory, Properties.total_memory))
    _replace(torch.cuda, "manual_seed", lambda seed: None)
    _replace(torch.cuda, "manual_seed_all", lambda seed: None)
