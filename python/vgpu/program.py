"""python -m vgpu FILE.py [ARGUMENTS]: runs an unmodified Triton program on the virtual GPU."""

from __future__ import annotations

import argparse
import contextlib
import os
import runpy
import sys
from typing import Optional, Sequence

from . import __version__, activate, findings, fpsan, runtime, torch_support
from .library import VgpuError, profiles
from .report import Finding

FOUND = 1
USAGE = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vgpu",
        description="Runs a Triton program without a GPU, and says what its kernels do wrong.",
        epilog="Exit status: the program's own; 1 where a kernel did something wrong; 2 bad usage.")
    parser.add_argument("--device", default=os.environ.get("VGPU_DEVICE", runtime.DEFAULT_DEVICE), metavar="NAME",
                        help="whose figures it has, and whose time is predicted (default: %(default)s)")
    parser.add_argument("--list-devices", action="store_true", help="name them, and end")
    parser.add_argument("--raise", dest="stop", action="store_true", help="end at the first finding, with a traceback")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="of this machine (default: all cores)")
    parser.add_argument("--steps", type=int, default=0, metavar="N",
                        help="instructions a warp may run before its loop is called endless (default: 64,000,000)")
    parser.add_argument("--fpsan", action="store_true",
                        help="run each launch also in other blocks, and compare the algebra without a tolerance")
    parser.add_argument("--version", action="version", version=f"vgpu {__version__}")
    parser.add_argument("file", nargs="?", metavar="FILE.py")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="the program's own")
    return parser


def _grouped(found: Sequence[Finding]) -> list[tuple[Finding, int]]:
    """The first of each kind and place, with how many launches it was in."""
    groups: dict[tuple[str, str, int, str], tuple[Finding, int]] = {}
    for each in found:
        key = (each.kind, each.file, each.line, each.tensor)
        first, launches = groups.get(key, (each, 0))
        groups[key] = (first, launches + 1)
    return list(groups.values())


def summary() -> str:
    """What was found, once each, and how long the device would have taken."""
    state = runtime.current()
    lines = []
    for first, launches in _grouped(state.findings):
        lines.append(str(first) + (f"\n  In {launches} launches." if launches > 1 else ""))
    count = len(_grouped(state.findings))
    verdict = f"{count} finding{'' if count == 1 else 's'}" if count else "no finding"
    lines.append(f"vgpu: {verdict} in {state.launches} launch{'' if state.launches == 1 else 'es'}; predicted for "
                 f"{state.device.properties['name']}: {state.clock_us:.1f} us")
    return "\n".join(lines)


def _run(file: str) -> int:
    """The program's exit status."""
    try:
        runpy.run_path(file, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        sys.stdout.flush()
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def main(given: Optional[Sequence[str]] = None) -> int:
    parser = _parser()
    options = parser.parse_args(given)
    try:
        if options.list_devices:
            for each in profiles():
                print(f"{each['name']:10} {each['title']}")
            return 0
        if options.file is None:
            parser.error("which program? python -m vgpu FILE.py")
        if not os.path.isfile(options.file):
            parser.error(f"there is no file {options.file}")
        try:
            import triton  # noqa: F401
        except ImportError:
            print("vgpu: this Python has no Triton: pip install triton", file=sys.stderr)
            return 3
        has_torch = runtime.torch_if_imported(or_import=True) is not None
        activate(options.device, "raise" if options.stop else "collect", options.threads, options.steps)
        if options.fpsan:
            fpsan.require()
    except VgpuError as error:
        print(f"vgpu: {error}", file=sys.stderr)
        return USAGE
    if has_torch:
        torch_support.stand_in_for_cuda()
    sys.argv = [options.file, *options.arguments]
    sys.path[0] = os.path.dirname(os.path.abspath(options.file))
    with fpsan.watch() if options.fpsan else contextlib.nullcontext() as watched:
        status = _run(options.file)
    sys.stdout.flush()
    print(summary(), file=sys.stderr)
    if watched is not None:
        print(watched.summary(), file=sys.stderr)
    return status or (FOUND if findings() or (watched is not None and watched.different) else 0)
