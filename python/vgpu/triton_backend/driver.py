"""The driver that Triton launches through: devices, streams, events and times of the virtual GPU."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional, Sequence

from triton.backends import driver as base
from triton.backends.compiler import GPUTarget

from vgpu import runtime


class _Utils:
    def get_device_properties(self, device: int) -> dict[str, int]:
        about = runtime.current().device.properties
        return {
            "max_shared_mem": about["max_shared_bytes_per_block"],
            "max_num_regs": 65536,
            "multiprocessor_count": about["sm_count"],
            "warpSize": about["warp_size"],
            "sm_clock_rate": int(about["clock_mhz"] * 1000),
            # Of a bus of 1024 bits, as much as gives the memory's bytes a second.
            "mem_clock_rate": int(about["dram_gbytes_per_s"] * 1e6 / 2 / 128),
            "mem_bus_width": 1024,
        }

    def load_binary(self, name: str, kernel: bytes, shared: int, device: int) -> tuple[Any, Any, int, int, int]:
        module = runtime.load(kernel)
        # Near what ptxas gives a thread; a GPU's least is 16. None is spilled.
        registers = max(int(module.kernels[name]["registers_live"]), 16)
        return module, (module, name), registers, 0, runtime.MAX_THREADS

    def unload_module(self, module: Any) -> None:
        pass


class VgpuDriver(base.DriverBase):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.utils = _Utils()
        self.launcher_cls = runtime.Launcher
        runtime.install_backend()

    @staticmethod
    def is_active() -> bool:
        """Where Triton asks all drivers, this one speaks up if no real GPU does, or if TRITON_DEFAULT_BACKEND says so."""
        if os.environ.get("TRITON_DEFAULT_BACKEND") == "vgpu":
            return True
        if os.environ.get("VGPU") == "0":
            return False
        from triton.backends import backends

        others = [each.driver for name, each in backends.items() if name != "vgpu"]
        return not any(driver.is_active() for driver in others)

    def map_python_to_cpp_type(self, ty: str) -> str:
        return ty

    def get_current_device(self) -> int:
        return 0

    def set_current_device(self, device: int) -> None:
        pass

    def get_current_stream(self, device: Optional[int] = None) -> int:
        return 0

    def get_device_capability(self, device: int = 0) -> tuple[int, int]:
        return 8, 0

    def get_current_target(self) -> Any:
        return GPUTarget("cuda", 80, 32)

    def get_active_torch_device(self) -> Any:
        torch = runtime.torch_if_imported(or_import=True)
        return "cpu" if torch is None else torch.device("cpu")

    def get_device_interface(self) -> Any:
        return runtime.DeviceInterface

    def get_benchmarker(self) -> Callable[..., Any]:
        return runtime.do_bench

    def get_empty_cache_for_benchmark(self) -> Any:
        from vgpu import zeros

        return zeros(1)

    def clear_cache(self, cache: Any) -> None:
        cache.zero_()

    def assemble_tensormap_to_arg(self, tensormaps_info: Any, args: Sequence[Any]) -> Sequence[Any]:
        return args
