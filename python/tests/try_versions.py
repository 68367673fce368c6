#!/usr/bin/env python3
"""Which versions of Triton does the package run with? Installs each from PyPI into a virtual environment of its own,
runs test_vgpu.py in it, and prints a table in Markdown.

    python3 python/tests/try_versions.py [--folder WHERE_THE_ENVIRONMENTS_ARE_KEPT] [VERSION ...]
"""

import argparse
import datetime
import platform
import re
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

VERSIONS = ("3.4.0", "3.5.0", "3.6.0", "3.7.0", "3.8.0", "3.9.0")
HERE = Path(__file__).resolve().parent


def environment(folder, version):
    """The environment's Python, made where it is not there yet; None and pip's last words where it cannot be."""
    where = folder / f"triton-{version}"
    python = where / "bin" / "python"
    if not python.exists():
        venv.create(where, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", f"triton=={version}", "numpy", "setuptools"],
                          capture_output=True, text=True)
    return (python, "") if done.returncode == 0 else (None, done.stderr.strip().splitlines()[-1])


def tried(folder, version):
    python, words = environment(folder, version)
    if python is None:
        return "not installed", "", words
    start = time.monotonic()
    try:
        done = subprocess.run([python, HERE / "test_vgpu.py"], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        return "does not end", "300 s", ""
    seconds = f"{time.monotonic() - start:.1f} s"
    said = done.stdout + done.stderr
    count = re.search(r"Ran (\d+) tests", said)
    failed = re.findall(r"^(?:FAIL|ERROR): (\w+)", said, re.MULTILINE)
    if count is None:
        return "does not start", seconds, (said.strip().splitlines() or ["no output"])[-1]
    skipped = re.search(r"skipped=(\d+)", said)
    ran = int(count.group(1)) - (int(skipped.group(1)) if skipped else 0)
    return f"{ran - len(failed)} of {ran}", seconds, ", ".join(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("versions", nargs="*", default=VERSIONS)
    options = parser.parse_args()
    print(f"{datetime.date.today()}, Python {platform.python_version()}, {platform.machine()}\n")
    print("| Triton | tests that pass | in | those that fail |\n| --- | --- | --- | --- |")
    good = True
    with tempfile.TemporaryDirectory() as temporary:
        for version in options.versions:
            passed, seconds, failed = tried(options.folder or Path(temporary), version)
            print(f"| {version} | {passed} | {seconds} | {failed} |", flush=True)
            good = good and passed.partition(" of ")[0] == passed.partition(" of ")[2]
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
