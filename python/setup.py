"""Puts libvgpu into the wheel: VGPU_LIBRARY, else what the source tree's build made."""

import os
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent


def library():
    told = os.environ.get("VGPU_LIBRARY")
    found = Path(told) if told else HERE.parent / "build" / "release" / "vgpu" / "c" / "libvgpu.so.1"
    if not found.exists():
        raise SystemExit(f"{found} is not there: build it (cmake --build build/release --target vgpu_c), "
                         "or set VGPU_LIBRARY to a libvgpu.so.1")
    return found


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        shutil.copyfile(library(), Path(self.build_lib) / "vgpu" / "libvgpu.so.1")


class BinaryDistribution(Distribution):
    def has_ext_modules(self):  # the wheel is for this kind of machine
        return True


setup(cmdclass={"build_py": BuildWithLibrary}, distclass=BinaryDistribution)
