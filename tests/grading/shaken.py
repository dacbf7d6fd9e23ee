"""Programs under random rounding: the other opinion on the rules that bounds are derived by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

Array = np.ndarray[Any, Any]

EXTENDED = {np.dtype("float32"): np.dtype("float64"), np.dtype("float64"): np.dtype("longdouble")}
"""The dtype in which an operation is exact, or nearly so."""


class Shaken(NDArrayOperatorsMixin):
    """Numbers of a dtype whose every operation rounds up or down at random.

    Whatever an operation's rounding does to the result must be in the bound. Sums are taken in random order, a mean is
    a sum divided, a variance the mean of the squared deviations.
    """

    def __init__(self, value: Any, rng: np.random.Generator, dtype: Any = "float32") -> None:
        self.dtype = np.dtype(dtype)
        self.value: Array = np.asarray(value, dtype=self.dtype)
        self.rng = rng

    def round(self, value: Any) -> Shaken:
        """Numbers of the wider dtype, each as one of the two numbers beside it, or as the one it is."""
        value = np.asarray(value, EXTENDED[self.dtype])
        with np.errstate(all="ignore"):
            near = value.astype(self.dtype)
            beyond = np.nextafter(near, np.where(value > near, np.inf, -np.inf).astype(self.dtype))
        shaken = (near != value) & (self.rng.uniform(size=near.shape) < 0.5)
        return self.like(np.where(shaken, beyond, near))

    def like(self, value: Any) -> Shaken:
        return Shaken(value, self.rng, self.dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None) -> Any:
        assert method == "__call__"
        with np.errstate(all="ignore"):
            value = ufunc(*(self.wide(each) for each in inputs))
        if value.dtype == bool:
            return value
        result = self.round(value)
        if out:  # an in-place operator
            out[0].value = result.value
            return out[0]
        return result

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if reduce := self.REDUCTIONS.get(function):
            return reduce(*args, **kwargs)
        moved = function(*map(self.wide, args), **kwargs)
        return moved if moved.dtype.kind in "iub" else self.like(moved)  # what moves or chooses does not round

    def sum(self, axis: Any = None, keepdims: bool = False) -> Shaken:
        """One term after another, in random order."""
        axes = tuple(range(self.ndim)) if axis is None else np.atleast_1d(axis) % self.ndim
        kept = [each for each in range(self.ndim) if each not in axes]
        terms = self.value.transpose([*axes, *kept]).reshape(-1, *(self.shape[each] for each in kept))
        total, *rest = map(self.like, self.rng.permutation(terms))
        for term in rest:
            total = total + term
        return total.reshape(np.sum(self.value, axis=axis, keepdims=keepdims).shape)

    def mean(self, **over: Any) -> Shaken:
        total = self.sum(**over)
        return total / (self.value.size // max(total.value.size, 1))

    def variance(self, **over: Any) -> Shaken:
        off = self - self.mean(**{**over, "keepdims": True})
        return (off * off).mean(**over)

    def cumsum(self, axis: int) -> Shaken:
        terms = list(map(self.like, np.moveaxis(self.value, axis, 0)))
        for at, term in enumerate(terms[1:], 1):
            terms[at] = terms[at - 1] + term
        return self.like(np.moveaxis(np.stack([term.value for term in terms]), 0, axis))

    REDUCTIONS: dict[Any, Callable[..., Shaken]] = {  # noqa: RUF012  # fixed, and of this class alone
        np.sum: sum,
        np.mean: mean,
        np.var: variance,
        np.cumsum: cumsum,
    }

    def wide(self, value: Any) -> Any:
        """An operand in the wider dtype. A Python float is written in the dtype first, and rounds as all does."""
        if isinstance(value, Shaken):
            return value.value.astype(EXTENDED[self.dtype])
        if isinstance(value, float):
            return self.wide(self.round(value))
        return list(map(self.wide, value)) if isinstance(value, list) else value

    # -- what an array also has ---------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    @property
    def T(self) -> Shaken:  # noqa: N802  # numpy's name
        return self.like(self.value.T)

    def reshape(self, *shape: Any) -> Shaken:
        return self.like(self.value.reshape(*shape))

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Any:
        return map(self.like, self.value)

    def __getitem__(self, key: Any) -> Shaken:
        return self.like(self.value[key])
