"""Autotuned kernels: the tutor asks for a configuration by its number, and times nothing here."""

from __future__ import annotations

import itertools
from typing import Any, Iterator

from triton.runtime.autotuner import Autotuner

MOST = 64  #: combinations of the configurations of all kernels

_USUAL = {"num_ctas": 1, "maxnreg": None, "ir_override": None, "minRegPerThread": None}


class Configs:
    """Which configuration every autotuner takes from here on."""

    def __init__(self, chosen: dict[str, int]) -> None:
        self.offered: dict[str, dict[int, Any]] = {}  #: of each kernel, those that were not pruned, by their number
        self._chosen = dict(chosen)
        self._tuners: dict[int, Any] = {}

        def bench(tuner: Any, *_: Any, config: Any, **__: Any) -> list[float]:
            self._tuners[id(tuner)] = tuner
            name = tuner.base_fn.__name__
            here = next(i for i, each in enumerate(tuner.configs) if each is config or each == config)
            self.offered.setdefault(name, {})[here] = config
            return [0.0 if here == self._chosen.get(name, 0) else 1.0 + here] * 3

        Autotuner._bench = bench

    def take(self, chosen: dict[str, int]) -> None:
        self._chosen = dict(chosen)
        for tuner in self._tuners.values():
            tuner.cache.clear()

    def count(self) -> int:
        count = 1
        for configs in self.offered.values():
            count *= len(configs)
        return count

    def combinations(self) -> Iterator[dict[str, int]]:
        """One configuration of each kernel, in the order of the lists."""
        kernels = list(self.offered)
        for numbers in itertools.product(*(sorted(self.offered[name]) for name in kernels)):
            yield dict(zip(kernels, numbers))

    def name_of(self, chosen: dict[str, int]) -> str:
        parts = [", ".join(_words(self.offered[name], number)) for name, number in chosen.items()]
        if len(parts) == 1:
            return parts[0]
        return "; ".join(f"{name}: {part}" for name, part in zip(chosen, parts))


def _settings(config: Any) -> dict[str, Any]:
    options = {name: getattr(config, name) for name in ("num_warps", "num_stages", *_USUAL) if hasattr(config, name)}
    return {**config.kwargs, **options}


def _words(configs: dict[int, Any], number: int) -> list[str]:
    """What tells a configuration from others: its own numbers, and options that are not the same in all of them."""
    every = [_settings(each) for each in configs.values()]
    own = configs[number].kwargs
    words = [f"{name}={value}" for name, value in _settings(configs[number]).items()
             if name in own or any(other.get(name) != value for other in every)]
    return words or [f"number {number}"]
