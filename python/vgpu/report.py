"""Findings in a Triton program's terms: its lines, its tensors, its programs."""

from __future__ import annotations

import linecache
import re
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from .arguments import SIZES, Storage


@dataclass
class Finding:
    """Something that a kernel did wrong."""

    kind: str  #: "out-of-bounds", "race", ...: notes/vgpu.md
    kernel: str
    file: str
    line: int  #: 1-based, 0: unknown
    source: str  #: that line's text
    message: str
    cause: str  #: the likely one; may be empty
    tensor: str  #: the caller's name for it; empty: it is not about one
    index: Optional[int]  #: of an element of the tensor as it lies in memory, from its first on
    shape: tuple[int, ...]
    program: tuple[int, ...]  #: tl.program_id of the example
    grid: tuple[int, ...]
    count: int  #: how many threads did it; several may hold the same element

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file or self.kernel
        text = f"{where}: {self.kind} in {self.kernel}"
        if self.source:
            text += f"\n  {self.line:5} | {self.source}"
        text += f"\n  program {_tuple(self.program)} of grid {_tuple(self.grid)}: {self.message}"
        if self.cause:
            text += f"\n  Likely cause: {self.cause}"
        return text


def _tuple(values: Sequence[int]) -> str:
    return "(" + ", ".join(str(value) for value in values) + ")"


def _shape(shape: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


_CAUSES = {
    "out-of-bounds": "the mask of this load or store lets elements past the tensor's end through, or is missing",
    "null-pointer": "the pointer that this access starts from is no tensor's",
    "misaligned": "the address is no multiple of the access's size: an offset, or a tensor that begins in mid-element",
    "read-only-write": "",
}


def _in_tritons_terms(text: str) -> str:
    text = re.sub(r"^block \(\d+,\d+,\d+\) thread \(\d+,\d+,\d+\): ", "", text)
    text = re.sub(r"\bblock \((\d+),(\d+),(\d+)\)(?: thread \(\d+,\d+,\d+\))?", r"program (\1, \2, \3)", text)
    text = re.sub(r"\b([Bb])locks\b", lambda found: ("P" if found[1] == "B" else "p") + "rograms", text)
    return text.replace("a second step of the launch", "a second launch")


def finding_of(raw: dict[str, Any], kernel: str, grid: Sequence[int], storages: Sequence[Storage]) -> Finding:
    """From libvgpu's JSON."""
    message = _in_tritons_terms(raw["message"])
    cause = _CAUSES.get(raw["kind"], _in_tritons_terms(raw["cause"]))
    storage = next((each for each in storages if each.name == raw["buffer"]), None)
    tensor, index, shape = "", None, ()  # type: str, Optional[int], tuple[int, ...]
    if storage is not None:
        tensor, index = storage.name, raw["index"]
        if len(storage.views) >= 1 and len({view.offset for view in storage.views}) == 1:
            view = storage.views[0]
            size = SIZES[storage.element]
            shape = view.shape
            index = raw["index"] - view.offset // size
            old = f"{storage.name}[{raw['index']}]"
            message = message.replace(old, f"{tensor}[{index}]")
            message = re.sub(rf"; {re.escape(tensor)} has [\d,]+ \w+(?: \([^)]*\))?", f"; {tensor} has shape "
                             f"{_shape(shape)}", message)
            if view.offset or _elements(shape) * size != storage.size:
                message += f" and begins {view.offset // size} elements into a storage of {storage.size // size}"
    return Finding(raw["kind"], kernel, raw["file"], raw["line"],
                   linecache.getline(raw["file"], raw["line"]).strip() if raw["line"] else "", message, cause, tensor,
                   index, shape, tuple(raw["block"]), tuple(grid), raw["count"])


def _elements(shape: Sequence[int]) -> int:
    total = 1
    for extent in shape:
        total *= extent
    return total
