"""pytest --vgpu: tests run their Triton kernels on the virtual GPU, and one whose kernels do something wrong fails."""

from __future__ import annotations

from typing import Any, Iterator

import pytest


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("vgpu")
    group.addoption("--vgpu", action="store_true", help="run Triton kernels on the virtual GPU, and fail on findings")
    group.addoption("--vgpu-device", default="A100", metavar="NAME", help="whose figures it has (default: A100)")


def pytest_configure(config: Any) -> None:
    if not config.getoption("--vgpu"):
        return
    import vgpu
    from vgpu import runtime, torch_support

    has_torch = runtime.torch_if_imported(or_import=True) is not None
    vgpu.activate(config.getoption("--vgpu-device"), "collect")
    if has_torch:
        torch_support.stand_in_for_cuda()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: Any) -> Iterator[None]:
    if not item.config.getoption("--vgpu"):
        yield
        return
    import vgpu

    vgpu.clear()
    outcome = yield
    found = vgpu.findings()
    if found and outcome.excinfo is None:  # type: ignore[attr-defined]
        outcome.force_exception(pytest.fail.Exception("\n".join(str(each) for each in found), pytrace=False))  # type: ignore[attr-defined]
