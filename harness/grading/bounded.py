"""Numbers that carry their own rounding bound: how far a right program's result may be off.

A :class:`Bounded` holds the value in extended precision and, beside it, a first-order bound on the rounding error of a
program that computes the same thing in the student's dtype, in units of that dtype's round-off ``u = eps/2``. The
reference pages run on it unchanged, through numpy's own protocols, so that the tolerance of every algorithm derives
from the algorithm itself and nobody writes one down.

Each operation adds up what its operands bring and one rounding of its result (Higham, Accuracy and Stability of
Numerical Algorithms, ch. 3). An operand that is exactly 0, or exactly ±1 in a product, adds no rounding of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray

Extended = NDArray[np.longdouble]

EXTENDED_BITS = np.finfo(np.longdouble).nmant + 1
"""Bits of the truth's significand: 64 on x86-64. Where it is 53, the truth rounds as the student does; see `judge`."""


class AmbiguousError(Exception):
    """An outcome that the rounding decides, or a number it leaves without a bound: no case may ask for it."""


class Bounded(NDArrayOperatorsMixin):
    """An array of values and their rounding bounds.

    ``value`` is extended precision; ``bound``, of the same shape, is in units of the round-off of ``dtype``.
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
        with np.errstate(over="ignore", under="ignore"):
            exact = value.astype(dtype).astype(np.longdouble) == value
        return cls(value, np.where(exact, 0, np.abs(value)), dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def unit(self) -> float:
        """The round-off u of the dtype."""
        return float(np.finfo(self.dtype).eps) / 2

    def widen(self, term: Any) -> Bounded:
        """The same value with a bound wider by one rounding of ``term``: see ``Page.rounds``."""
        other = term if isinstance(term, Bounded) else Bounded.of(term, self.dtype)
        return Bounded(self.value, self.bound + np.abs(other.value), self.dtype)

    def __repr__(self) -> str:
        return f"Bounded({self.value!r} ± {self.bound!r} u, {self.dtype})"

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, key: Any) -> Bounded:
        return Bounded(self.value[key], self.bound[key], self.dtype)

    def __bool__(self) -> bool:
        raise AmbiguousError("a page may not branch on a value that carries a rounding error")

    def __float__(self) -> float:
        raise AmbiguousError("float() would lose the bound")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a Bounded is no plain array; use .value")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        rule = _UFUNCS.get(ufunc)
        if rule is None or method != "__call__" or kwargs.keys() - {"out"}:
            return NotImplemented
        with np.errstate(all="ignore"):
            result = rule(*(self._lift(each) for each in inputs))
        if "out" in kwargs:  # an in-place operator: rebind the same object, as an array would
            (out,) = kwargs["out"]
            out.value, out.bound = result.value, result.bound
            return out
        return result

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        rule = _FUNCTIONS.get(function)
        if rule is None or kwargs:
            return NotImplemented
        return rule(*(self._lift(each) for each in args))

    def _lift(self, other: Any) -> Bounded:
        return other if isinstance(other, Bounded) else Bounded.of(other, self.dtype)


def _rounded(value: Any, carried: Any, like: Bounded, exact: Any) -> Bounded:
    """``value`` with the operands' error ``carried``, plus one rounding of it except where the result is ``exact``.

    The rounding is relative to the value but never smaller than half of the dtype's smallest number (underflow).
    """
    least = np.longdouble(np.finfo(like.dtype).smallest_subnormal) / like.unit
    return Bounded(value, carried + np.where(exact, 0, np.abs(value) + least), like.dtype)


def _is(x: Bounded, magnitude: int) -> Any:
    return (np.abs(x.value) == magnitude) & (x.bound == 0)


def _add(a: Bounded, b: Bounded) -> Bounded:
    return _rounded(a.value + b.value, a.bound + b.bound, a, _is(a, 0) | _is(b, 0))


def _subtract(a: Bounded, b: Bounded) -> Bounded:
    return _rounded(a.value - b.value, a.bound + b.bound, a, _is(a, 0) | _is(b, 0))


def _multiply(a: Bounded, b: Bounded) -> Bounded:
    carried = np.abs(a.value) * b.bound + np.abs(b.value) * a.bound + a.unit * a.bound * b.bound
    return _rounded(a.value * b.value, carried, a, _is(a, 0) | _is(b, 0) | _is(a, 1) | _is(b, 1))


def _divide(a: Bounded, b: Bounded) -> Bounded:
    value = a.value / b.value
    room = np.abs(b.value) - a.unit * b.bound  # how close to 0 the divisor may come
    carried = np.where(room > 0, (a.bound + np.abs(value) * b.bound) / room, np.inf)
    return _rounded(value, np.where(_is(a, 0) & (room > 0), 0, carried), a, _is(a, 0) | _is(b, 1))


def _sqrt(x: Bounded) -> Bounded:
    value = np.sqrt(x.value)
    off = x.unit * x.bound
    ends = np.maximum(np.sqrt(x.value + off) - value, value - np.sqrt(np.maximum(x.value - off, 0)))
    return _rounded(value, ends / x.unit, x, _is(x, 0) | _is(x, 1))


def _power(x: Bounded, exponent: Bounded) -> Bounded:
    """x to a whole power by the product rule (a loop of products is a right form), to 0.5 by the root."""
    if exponent.shape != ():
        return NotImplemented  # type: ignore[no-any-return]  # numpy's own word for "not this one"
    n = exponent.value[()]
    if n == 0.5:
        return _sqrt(x)
    if n != np.rint(n):
        return NotImplemented  # type: ignore[no-any-return]  # likewise
    value = x.value**n
    carried = np.abs(n) * np.abs(x.value ** (n - 1)) * x.bound if n else np.zeros_like(value)
    roundings = max(abs(int(n)) - 1, 0) * np.abs(value)
    return Bounded(value, carried + np.where(_is(x, 0) | _is(x, 1), 0, roundings), x.dtype)


def _extreme(pick: np.ufunc) -> Callable[[Bounded, Bounded], Bounded]:
    def rule(a: Bounded, b: Bounded) -> Bounded:
        value = pick(a.value, b.value)
        u = a.unit
        high = pick(a.value + u * a.bound, b.value + u * b.bound) - value
        low = value - pick(a.value - u * a.bound, b.value - u * b.bound)
        return Bounded(value, np.maximum(high, low) / u, a.dtype)

    return rule


def _sum(x: Bounded) -> Bounded:
    """The sum of n numbers in whatever order: n − 1 roundings of at most the sum of magnitudes."""
    size = np.abs(x.value).sum()
    return Bounded(x.value.sum(), x.bound.sum() + (x.value.size - 1) * size, x.dtype)


_UFUNCS: dict[np.ufunc, Callable[..., Bounded]] = {
    np.add: _add,
    np.subtract: _subtract,
    np.multiply: _multiply,
    np.true_divide: _divide,
    np.sqrt: _sqrt,
    np.power: _power,
    np.square: lambda x: _multiply(x, x),
    np.maximum: _extreme(np.maximum),
    np.minimum: _extreme(np.minimum),
    np.negative: lambda x: Bounded(-x.value, x.bound, x.dtype),
    np.positive: lambda x: x,
    np.absolute: lambda x: Bounded(np.abs(x.value), x.bound, x.dtype),
}

_FUNCTIONS: dict[Any, Callable[..., Bounded]] = {
    np.zeros_like: lambda x: Bounded(np.zeros(x.shape), 0, x.dtype),
    np.sum: _sum,
}
