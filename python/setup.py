"""Puts libvgpu into the wheel: VGPU_LIBRARY, else what the source tree's build made."""

import os
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # before setuptools 70.1
    from wheel.bdist_wheel import bdist_wheel

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


class WheelForAnyPython(bdist_wheel):
    """For this kind of machine, but for every Python: the library is opened by ctypes."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class BinaryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelForAnyPython}, distclass=BinaryDistribution)
