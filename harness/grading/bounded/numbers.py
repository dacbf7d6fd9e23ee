"""The type: an array of values and their rounding bounds, which looks up the rule of every operation it meets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray

Extended = NDArray[np.longdouble]

EXTENDED_BITS = np.finfo(np.longdouble).nmant + 1
"""Bits of the truth's significand: 64 on x86-64. Where it is 53, the truth rounds as the student does; see `judge`."""

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {}
"""What numpy's elementwise functions, and with them the operators, do to numbers of this type."""

FUNCTIONS: dict[Any, Callable[..., Any]] = {}
"""The same for numpy's other functions. A rule takes the arguments that it knows; any other is a TypeError."""


class AmbiguousError(Exception):
    """An outcome that the rounding decides, or a number it leaves without a bound: no case may ask for it."""


class Bounded(NDArrayOperatorsMixin):
    """An array of values and their rounding bounds.

    ``value`` is extended precision; ``bound``, of the same shape, is in units of the round-off of ``dtype``. Arrays of
    integers and booleans stay what they are: they take part in any operation, and exactly.
    """

    __slots__ = ("bound", "dtype", "value")
    __hash__ = None  # type: ignore[assignment]  # == is elementwise, as for arrays

    def __init__(self, value: Any, bound: Any, dtype: np.dtype[Any]) -> None:
        self.value: Extended = np.asarray(value, dtype=np.longdouble)
        bound = np.asarray(bound, dtype=np.longdouble)
        same = bound.shape == self.value.shape  # nearly always, and broadcast_to is slow
        self.bound: Extended = bound if same else np.broadcast_to(bound, self.value.shape)
        self.dtype = dtype

    @classmethod
    def of(cls, number: Any, dtype: DTypeLike) -> Bounded:
        """A number as a program in ``dtype`` holds it: exact where it can be written there, else one rounding off."""
        dtype = np.dtype(dtype)
        value = np.asarray(number, dtype=np.longdouble)
        return cls(value, np.where(fits(value, dtype), 0, np.abs(value)), dtype)

    def lift(self, other: Any) -> Bounded:
        """``other`` as a number of this dtype, if it is not one yet."""
        return other if isinstance(other, Bounded) else Bounded.of(other, self.dtype)

    def widen(self, term: Any) -> Bounded:
        """The same value with a bound wider by one rounding of ``term``: see ``Page.rounds``."""
        return Bounded(self.value, self.bound + np.abs(self.lift(term).value), self.dtype)

    @property
    def unit(self) -> float:
        """The round-off u of the dtype."""
        return float(np.finfo(self.dtype).eps) / 2

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Where every right program has this very number."""
        return np.asarray(self.bound == 0)

    def __repr__(self) -> str:
        return f"Bounded({self.value!r} ± {self.bound!r} u, {self.dtype})"

    # -- what an array also has ---------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    @property
    def T(self) -> Bounded:  # noqa: N802  # numpy's name
        return Bounded(self.value.T, self.bound.T, self.dtype)

    def reshape(self, *shape: Any) -> Bounded:
        return Bounded(self.value.reshape(*shape), self.bound.reshape(*shape), self.dtype)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Bounded]:
        return (self[at] for at in range(len(self)))

    def __getitem__(self, key: Any) -> Bounded:
        return Bounded(self.value[key], self.bound[key], self.dtype)

    # -- what would lose the bound ------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        raise AmbiguousError("a page may not branch on a value that carries a rounding error")

    def __float__(self) -> float:
        raise AmbiguousError("float() would lose the bound")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a Bounded is no plain array; use .value")

    # -- how numpy asks -----------------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        rule = UFUNCS.get(ufunc)
        if rule is None or method != "__call__" or kwargs.keys() - {"out"}:
            return NotImplemented
        with np.errstate(all="ignore"):
            result = rule(*(self.lift(each) for each in inputs))
        if "out" in kwargs:  # an in-place operator: rebind the same object, as an array would
            (out,) = kwargs["out"]
            out.value, out.bound = result.value, result.bound
            return out
        return result

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        rule = FUNCTIONS.get(function)
        if rule is None:
            return NotImplemented
        with np.errstate(all="ignore"):
            return rule(*args, **kwargs)


def fits(value: Extended, dtype: np.dtype[Any]) -> NDArray[np.bool_]:
    """Where a number can be written in the dtype without rounding."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(value.astype(dtype).astype(np.longdouble) == value)


def rounded(value: Any, carried: Any, like: Bounded, exact: Any, roundings: int = 1) -> Bounded:
    """``value`` with the operands' error ``carried``, plus one rounding of it except where the result is ``exact``.

    The rounding is relative to the value but never smaller than half of the dtype's smallest number (underflow).
    """
    least = np.longdouble(np.finfo(like.dtype).smallest_subnormal) / like.unit
    return Bounded(value, carried + np.where(exact, 0, roundings * np.abs(value) + least), like.dtype)
