"""A stand-in for ``numpy.random`` that hands out numbers given beforehand, so that a mask is determined."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class NotUniformError(ValueError):
    """A mask is drawn from normal numbers. The ``problem`` is what the grader is told of it."""

    def __init__(self, function: str) -> None:
        super().__init__(f"{function} draws normal numbers; a mask needs uniform ones, as np.random.rand draws them")
        self.problem = {"kind": "not_uniform", "function": function}


def _normal(name: str) -> Any:
    def drawn(*_: Any, **__: Any) -> None:
        raise NotUniformError(f"np.random.{name}")

    return staticmethod(drawn)


class Draws:
    """Hands out ``u``, uniform in [0, 1), in C order, and from the start again when it is used up.

    What is not uniform comes from inverting its distribution function, as in numpy itself. Normal numbers are refused:
    to draw a mask from them is a mistake.
    """

    def __init__(self, u: Array) -> None:
        self._u = np.asarray(u, dtype=np.float64)
        self._at = 0

    def random(self, size: Any = None, **_: Any) -> Any:
        if size is None:
            return float(self._next(())[()])
        return self._next((int(size),) if np.ndim(size) == 0 else tuple(size))

    def _next(self, shape: tuple[int, ...]) -> Array:
        whole = self._u.shape
        if shape != whole and len(shape) == len(whole) and all(n in (1, m) for n, m in zip(shape, whole, strict=True)):
            return self._u[tuple(slice(0, n) for n in shape)].copy()  # one number for a row or a column of the mask
        places = np.arange(self._at, self._at + math.prod(shape))
        self._at += len(places)
        return self._u.ravel().take(places, mode="wrap").reshape(shape)

    random_sample = ranf = sample = random

    def rand(self, *shape: int) -> Any:
        return self.random(shape or None)

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return low + (high - low) * self.random(size)

    def binomial(self, n: Any, p: float, size: Any = None) -> Any:
        if np.any(np.not_equal(n, 1)):
            raise ValueError(f"np.random.binomial of {n} trials; a mask needs 1")
        size = np.shape(n) if size is None and np.ndim(n) else size  # ones in the shape of the mask
        return self.choice(2, size, p=[1 - p, p])

    def choice(self, a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
        values = np.arange(a) if np.ndim(a) == 0 else np.asarray(a)
        chances = np.full(len(values), 1 / len(values)) if p is None else p
        place = np.searchsorted(np.cumsum(chances)[:-1], self.random(size), side="right")
        return values[place]

    def default_rng(self, *_: Any) -> Draws:
        return self

    RandomState = default_rng

    randn, normal, standard_normal = map(_normal, ("randn", "normal", "standard_normal"))


_NAMES = [name for name in vars(Draws) if not name.startswith("_") and hasattr(np.random, name)]


@contextmanager
def drawing(u: Array, *modules: ModuleType) -> Iterator[None]:
    """Within it ``numpy.random`` hands out ``u``, and so do those of its functions that ``modules`` have imported."""
    draws = Draws(u)
    places = [(vars(np.random), name, name) for name in _NAMES]
    real = {id(vars(np.random)[name]): name for name in _NAMES}
    for module in modules:
        places += [(vars(module), name, real[id(value)]) for name, value in vars(module).items() if id(value) in real]
    kept = [(space, name, space[name]) for space, name, _ in places]
    try:
        for space, name, drawn in places:
            space[name] = getattr(draws, drawn)
        yield
    finally:
        for space, name, value in kept:
            space[name] = value
