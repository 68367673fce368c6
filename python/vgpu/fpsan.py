"""Whether two computations are the same algebra, without a tolerance.

Triton's FpSan (3.9 and later) makes of floats a ring of integers: sums and products in another order, in other blocks or
fused give the same bits, while a wrong operand, one left out or a missing barrier changes them. compare() asks that of
two functions that launch kernels, watch() of every launch of a program beside the same with another block size.

A difference means something only where FpSan models what the kernels compute: infinities, their stand-ins and floats
that are added atomically it does not.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Literal, Sequence

from . import memory, runtime
from .library import VgpuError

#: Of two kernels each of these may be what the other writes in another way: 1 / sqrt(x) is not rsqrt(x) to FpSan.
_TAGGED = ("math.sqrt", "math.rsqrt", "math.log", "math.log2", "math.erf", "math.floor", "math.ceil", "tt.precise_sqrt",
           "tt.extern_elementwise", "arith.divf", "arith.cmpf", "arith.remf")
_LARGE = 1e4  # exp() of minus so much is meant to be 0
_CONSTANT = re.compile(r"arith\.constant (?:dense<)?(-?[\d.]+e[+-]\d+|0x[0-9A-Fa-f]+)>? : (?:tensor<[\dx]*x?)?(f\d+|bf16)")
_FLOAT_ATOMIC = re.compile(r"tt\.atomic_rmw (fadd)|tt\.atomic_rmw (?:max|min)[^\n]*(?:f16|f32|f64)")
_ORDERED = re.compile(r"math\.exp|arith\.m(?:ax|in)|arith\.cmpf")


def not_modelled(ttir: str) -> list[str]:
    """What a kernel computes that FpSan does not, in words."""
    reasons = []
    constants = _CONSTANT.findall(ttir)
    if any(text.startswith("0x") for text, _ in constants):
        reasons.append("infinity or NaN as a constant")
    elif _ORDERED.search(ttir) and any(abs(float(text)) >= _LARGE for text, _ in constants if not text.startswith("0x")):
        reasons.append("a large constant in place of infinity")
    if _FLOAT_ATOMIC.search(ttir):
        reasons.append("floats that are added atomically")
    return reasons


def only_tagged(ttir: str) -> list[str]:
    """Operations that are equal to FpSan only where both sides use them, on equal operands."""
    return [name.split(".")[1] for name in _TAGGED if re.search(re.escape(name) + r"\b", ttir)]


@dataclass
class Comparison:
    """What became of it. "unknown": they differ, and use what FpSan does not model (`because`)."""

    differences: list[memory.Difference]
    because: list[str] = field(default_factory=list)
    launches: tuple[int, int] = (1, 1)

    @property
    def verdict(self) -> Literal["equal", "different", "unknown"]:
        if not self.differences:
            return "equal"
        return "unknown" if self.because else "different"

    def __str__(self) -> str:
        if not self.differences:
            return "algebraically equal"
        text = "; ".join(map(str, self.differences))
        if self.because:
            return f"cannot be told: {text}, but FpSan does not model {', '.join(self.because)}"
        return text


def require() -> None:
    """Throws VgpuError where FpSan is not to be had."""
    import triton
    from triton import knobs

    from .triton_backend.compiler import VgpuBackend

    if not hasattr(knobs.compilation, "fpsan_homomorphic_casts"):
        raise VgpuError(f"FpSan for this device came with Triton 3.9; this is {triton.__version__}: pip install -U triton")
    if not VgpuBackend.active:
        raise VgpuError("the virtual GPU is not active: vgpu.activate() first")


@contextlib.contextmanager
def _sanitized() -> Iterator[runtime.State]:
    """Kernels compile with FpSan, and what they do is kept apart from the program's own findings and time."""
    from triton import knobs

    outer, mode = runtime.current(), knobs.compilation.instrumentation_mode
    inner = outer.apart()
    runtime.set_current(inner)
    knobs.compilation.instrumentation_mode = "fpsan"
    try:
        yield inner
    finally:
        knobs.compilation.instrumentation_mode = mode
        runtime.set_current(outer)


@contextlib.contextmanager
def _every_run(hook: Callable[..., Any]) -> Iterator[None]:
    """hook(run, kernel, arguments, grid, options) in place of every launch of a kernel."""
    from triton.runtime.jit import JITFunction

    run = JITFunction.run

    def hooked(kernel: Any, *given: Any, grid: Any, warmup: bool, **options: Any) -> Any:
        if warmup:
            return run(kernel, *given, grid=grid, warmup=warmup, **options)
        return hook(run, kernel, given, grid, options)

    JITFunction.run = hooked
    try:
        yield
    finally:
        JITFunction.run = run


def _ttir(compiled: Any) -> str:
    text = compiled.asm["ttir"]
    return text if isinstance(text, str) else str(text)


def compare(ours: Callable[..., Any], theirs: Callable[..., Any], *arguments: Any, **options: Any) -> Comparison:
    """Whether two functions that launch kernels leave the same in the tensors that they are given, and return.

    Both get the same tensors, as they are now; afterwards these hold again what they held. vgpu.activate() comes first.
    A kernel that does something wrong on the way (out of bounds, ...) raises VgpuFinding.
    """
    require()
    places = memory.regions([*((f"argument {i}", each) for i, each in enumerate(arguments)), *options.items()])
    before = memory.kept(places)
    texts: list[str] = []

    def note(run: Any, kernel: Any, given: Any, grid: Any, told: Any) -> Any:
        compiled = run(kernel, *given, grid=grid, warmup=False, **told)
        texts.append(_ttir(compiled))
        return compiled

    def result_of(function: Callable[..., Any]) -> tuple[list[Any], list[memory.Region], int]:
        with _sanitized() as state, _every_run(note):
            returned = function(*arguments, **options)
        if state.findings:
            raise runtime.VgpuFinding(state.findings)
        if not state.launches:
            raise VgpuError(f"{getattr(function, '__name__', 'the function')} launched no kernel: nothing to compare")
        own = [each for each in memory.regions([("result", returned)]) if all(each.host != old.host for old in places)]
        return memory.kept([*places, *own]), own, state.launches

    try:
        first, first_own, first_launches = result_of(ours)
        memory.put_back(places, before)
        second, second_own, second_launches = result_of(theirs)
    finally:
        memory.put_back(places, before)
    if [each.size for each in first_own] != [each.size for each in second_own]:
        raise VgpuError("the two functions return tensors of different sizes")
    found = [memory.difference(*each) for each in zip([*places, *first_own], first, second)]
    because = sorted({reason for text in texts for reason in not_modelled(text)} |
                     {f"{name}'s identities" for text in texts for name in only_tagged(text)})
    return Comparison([each for each in found if each is not None], because, (first_launches, second_launches))


# ---- every launch of a program, beside the same in other blocks ----


@dataclass
class Variant:
    """A launch's meta-parameters, changed: name -> (what it was, what it is)."""

    changed: dict[str, tuple[int, int]]

    def __str__(self) -> str:
        return ", ".join(f"{name} {old} -> {new}" for name, (old, new) in self.changed.items())


@dataclass
class Watched:
    """Of one kernel and one kind of variant, over all launches."""

    kernel: str
    variant: str
    equal: int = 0
    unlike: list[Comparison] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        def times(count: int) -> str:
            return f" ({count} launches)" if count > 1 else ""

        parts = [f"equal{times(self.equal)}"] if self.equal else []
        for verdict in ("different", "unknown"):
            of_it = [each for each in self.unlike if each.verdict == verdict]
            if of_it:
                parts.append(f"{of_it[0]}{times(len(of_it))}")
        if self.not_compared:
            parts.append(f"not compared: {self.not_compared[0]}{times(len(self.not_compared))}")
        return f"  {self.kernel}, {self.variant}: " + "; ".join(parts)


#: Of launches of one kernel with the same meta-parameters, grid and types, so many are compared.
MOST_ALIKE = 2


def _is_block(name: str, value: Any) -> bool:
    named = "BLOCK" in name.upper() or re.fullmatch(r"B[A-Z]?|[XYRT]BLOCK", name) is not None
    return named and isinstance(value, int) and not isinstance(value, bool) and value > 1 and value & (value - 1) == 0


def _programs(grid: Any, meta: dict[str, Any]) -> int:
    total = 1
    for extent in grid(meta) if callable(grid) else grid:
        total *= int(extent)
    return total


def variants(kernel: Any, values: dict[str, Any], grid: Any) -> list[Variant]:
    """Meta-parameters with which a launch should give the same: another number of warps; smaller blocks, where the grid
    grows with them; larger ones, where it does not (a loop's step, a row's width: what they add is masked off)."""
    warps = int(values.get("num_warps", 4))
    found = [Variant({"num_warps": (warps, warps // 2 if warps > 1 else 2)})]
    blocks = {each.name: values[each.name] for each in kernel.params
              if each.is_constexpr and _is_block(each.name, values.get(each.name))}
    programs = _programs(grid, values)
    smaller = {name: (old, old // 2) for name, old in blocks.items()
               if callable(grid) and _programs(grid, {**values, name: old // 2}) > programs}
    if smaller:
        found.append(Variant(smaller))
    # EVEN_K and its like, of the host or of @triton.heuristics, would no longer be true of a larger block.
    if not any(value is True and re.search("EVEN|DIVIS|ALIGN", name.upper()) for name, value in values.items()):
        found += [Variant({name: (old, 2 * old)}) for name, old in blocks.items() if name not in smaller]
    return found


class Watch:
    """Compares launches while it is open (`with fpsan.watch() as watched`)."""

    def __init__(self) -> None:
        self.seen: dict[Any, int] = {}
        self.launches = 0
        self.compared = 0
        self.results: dict[tuple[str, str], Watched] = {}
        self._busy = False

    @property
    def different(self) -> list[Watched]:
        """Where another block size gives something else, and FpSan models what is computed."""
        return [each for each in self.results.values() if any(one.verdict == "different" for one in each.unlike)]

    def summary(self) -> str:
        lines = [f"fpsan: {self.compared} of {self.launches} launches compared, bit for bit, with the same in other blocks"]
        lines += [str(each) for each in self.results.values()]
        return "\n".join(lines)

    def _hook(self, run: Any, kernel: Any, given: Sequence[Any], grid: Any, options: dict[str, Any]) -> Any:
        if self._busy or runtime.current().benchmarks:
            return run(kernel, *given, grid=grid, warmup=False, **options)
        self.launches += 1
        defaults = {each.name: each.default for each in kernel.signature.parameters.values()
                    if each.default is not each.empty}
        values = {**defaults, **dict(zip(kernel.arg_names, given)), **options}
        alike = (id(kernel), str(grid) if not callable(grid) else "", *(
            (name, str(getattr(value, "dtype", value))) for name, value in values.items()))
        self.seen[alike] = self.seen.get(alike, 0) + 1
        if self.seen[alike] > MOST_ALIKE:
            return run(kernel, *given, grid=grid, warmup=False, **options)
        places = memory.regions(values.items())
        before = memory.kept(places)
        compiled = run(kernel, *given, grid=grid, warmup=False, **options)
        after = memory.kept(places)
        self._busy = True
        try:
            self._compare(run, kernel, values, grid, places, before)
        finally:
            self._busy = False
            memory.put_back(places, after)
        return compiled

    def _compare(self, run: Any, kernel: Any, values: dict[str, Any], grid: Any, places: Sequence[memory.Region],
                 before: list[Any]) -> None:

        def outcome(changed: dict[str, Any]) -> tuple[str, Any, str]:
            """Why there is none, else what it leaves and the kernel's text."""
            memory.put_back(places, before)
            with _sanitized() as state:
                try:
                    compiled = run(kernel, grid=grid, warmup=False, **{**values, **changed})
                except Exception as error:
                    words = str(error).strip().splitlines() or [type(error).__name__]
                    return f"it does not compile or run ({words[-1].strip()})", None, ""
            if state.findings:
                return f"{state.findings[0].kind} ({state.findings[0].message})", None, ""
            return "", memory.kept(places), _ttir(compiled)

        why_not, reference, text = outcome({})
        compared = False
        for variant in variants(kernel, values, grid):
            key = (kernel.__name__, str(variant))
            result = self.results.setdefault(key, Watched(*key))
            other = None
            if not why_not:
                other_why_not, other, _ = outcome({name: new for name, (_, new) in variant.changed.items()})
            if other is None:
                result.not_compared.append(why_not or f"in other blocks {other_why_not}")
                continue
            compared = True
            found = [memory.difference(*each) for each in zip(places, reference, other)]
            comparison = Comparison([each for each in found if each is not None], not_modelled(text))
            if comparison.differences:
                result.unlike.append(comparison)
            else:
                result.equal += 1
        self.compared += compared


@contextlib.contextmanager
def watch() -> Iterator[Watch]:
    """Beside every launch it runs the same with FpSan on the same tensors, as it is and in other blocks; the program
    sees the ordinary result alone. Launches that the autotuner times are left out."""
    require()
    watched = Watch()
    with _every_run(watched._hook):
        yield watched
