#!/usr/bin/env python3
"""Runs Triton's tutorials 01 to 06, unmodified, on the virtual GPU and prints a table in Markdown.

    python bench/triton/tutorials.py FOLDER [04-low-memory-dropout ...]

FOLDER is python/tutorials of Triton's repository; torch and tabulate, which 04 imports, are installed. Their benchmarks
are left out: perf_report()'s run() does nothing. Of 06, whose own checks are for pytest, test_op() is called with 1 x 2
heads of 256 x 64, forward in fp8 and backward in fp16, without and with the causal mask.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

TUTORIALS = ("01-vector-add", "02-fused-softmax", "03-matrix-multiplication", "04-low-memory-dropout", "05-layer-norm",
             "06-fused-attention")


def run_one(file: str) -> None:
    """In a process that runs under python -m vgpu."""
    import runpy

    import triton

    triton.testing.Mark.run = lambda self, *_, **__: None
    names = runpy.run_path(file, run_name="__main__")
    if "06-" in file:
        for causal in (False, True):
            for mode, provider in (("fwd", "triton-fp8"), ("bwd", "triton-fp16")):
                names["test_op"](1, 2, 256, 64, causal, False, mode, provider)
                print(f"test_op: {mode}, {provider}, causal {causal}: as torch")


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        run_one(sys.argv[2])
        return 0
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    print("| tutorial | exit status | launches | findings | s |\n| --- | --- | --- | --- | --- |")
    for name in sys.argv[2:] or TUTORIALS:
        file = Path(sys.argv[1]) / f"{name}.py"
        begin = time.monotonic()
        done = subprocess.run([sys.executable, "-m", "vgpu", __file__, "--one", str(file)], capture_output=True,
                              text=True)
        seconds = time.monotonic() - begin
        summary = re.search(r"vgpu: (no finding|\d+ findings?) in (\d+) launch", done.stderr)
        found, launches = summary.groups() if summary else ("did not run", "0")
        print(f"| {name} | {done.returncode} | {launches} | {found} | {seconds:.1f} |", flush=True)
        print(f"--- {name}\n{done.stdout}\n{done.stderr}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
