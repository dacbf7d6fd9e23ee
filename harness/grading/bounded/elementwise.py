"""The rules of arithmetic, one a function of numpy that works element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.grading.bounded.numbers import FUNCTIONS, UFUNCS, AmbiguousError, Bounded, rounded


def _is(x: Bounded, magnitude: int) -> Any:
    return (np.abs(x.value) == magnitude) & x.exact


def _add(a: Bounded, b: Bounded) -> Bounded:
    """A sum of 0 has nothing to round: the largest less the smallest of a constant is 0 in every program."""
    value = a.value + b.value
    return rounded(value, a.bound + b.bound, a, _is(a, 0) | _is(b, 0) | (value == 0))


def _subtract(a: Bounded, b: Bounded) -> Bounded:
    value = a.value - b.value
    return rounded(value, a.bound + b.bound, a, _is(a, 0) | _is(b, 0) | (value == 0))


def _multiply(a: Bounded, b: Bounded) -> Bounded:
    carried = np.abs(a.value) * b.bound + np.abs(b.value) * a.bound + a.unit * a.bound * b.bound
    return rounded(a.value * b.value, carried, a, _is(a, 0) | _is(b, 0) | _is(a, 1) | _is(b, 1))


def _divide(a: Bounded, b: Bounded) -> Bounded:
    value = a.value / b.value
    room = np.abs(b.value) - a.unit * b.bound  # how close to 0 the divisor may come
    carried = np.where(room > 0, (a.bound + np.abs(value) * b.bound) / room, np.inf)
    return rounded(value, np.where(_is(a, 0) & (room > 0), 0, carried), a, _is(a, 0) | _is(b, 1))


def _sqrt(x: Bounded) -> Bounded:
    value = np.sqrt(x.value)
    off = x.unit * x.bound
    ends = np.maximum(np.sqrt(x.value + off) - value, value - np.sqrt(np.maximum(x.value - off, 0)))
    return rounded(value, ends / x.unit, x, _is(x, 0) | _is(x, 1))


def _exp(x: Bounded) -> Bounded:
    """The upper end of the argument is the farther one. Libraries do not round exp correctly: two roundings.

    numpy's vectorised exp of float32 is off by 3.3 u; the factor C covers that.
    """
    value = np.exp(x.value)
    return rounded(value, value * np.expm1(x.unit * x.bound) / x.unit, x, _is(x, 0), roundings=2)


def _log(x: Bounded) -> Bounded:
    """The lower end of the argument is the farther one: no bound where it may be 0. Two roundings, as for exp."""
    value = np.log(x.value)
    lower = x.value - x.unit * x.bound
    carried = np.where(lower > 0, (value - np.log(np.where(lower > 0, lower, 1))) / x.unit, np.inf)
    return rounded(value, np.where(x.exact & (x.value > 0), 0, carried), x, _is(x, 1), roundings=2)


def _power(x: Bounded, exponent: Bounded) -> Bounded:
    """x to a whole power by the product rule (a loop of products is a right form), to 0.5 by the root."""
    n = exponent.value[()] if exponent.shape == () else None
    if n == 0.5:
        return _sqrt(x)
    if n is None or n != np.rint(n) or not exponent.exact:
        return _real_power(x, exponent)
    value = x.value**n
    carried = np.abs(n) * np.abs(x.value ** (n - 1)) * x.bound if n else np.zeros_like(value)
    roundings = max(abs(int(n)) - 1, 0) * np.abs(value)
    return Bounded(value, carried + np.where(_is(x, 0) | _is(x, 1), 0, roundings), x.dtype)


def _real_power(x: Bounded, y: Bounded) -> Bounded:
    """xʸ = exp(y ln x) for x > 0, whose relative error is that of the exponent. Two roundings, as for exp."""
    value = x.value**y.value
    carried = np.abs(y.value) * x.bound / x.value + np.abs(np.log(x.value)) * y.bound
    return rounded(value, value * carried, x, _is(x, 1), roundings=2)


def _extreme(pick: np.ufunc) -> Callable[[Bounded, Bounded], Bounded]:
    """A maximum or minimum lies between those of the lower and of the upper ends; it never rounds."""

    def rule(a: Bounded, b: Bounded) -> Bounded:
        value = pick(a.value, b.value)
        u = a.unit
        high = pick(a.value + u * a.bound, b.value + u * b.bound) - value
        low = value - pick(a.value - u * a.bound, b.value - u * b.bound)
        return Bounded(value, np.maximum(high, low) / u, a.dtype)

    return rule


def _comparison(compare: np.ufunc) -> Callable[[Bounded, Bounded], NDArray[np.bool_]]:
    """Plain booleans, if every right program gets the same ones.

    Two exact numbers compare exactly. Others must lie farther apart than their bounds reach: 0.8 is none of the
    numbers of float32, so whether a draw next to it is smaller depends on the precision in which a program compares.
    """

    def rule(a: Bounded, b: Bounded) -> NDArray[np.bool_]:
        apart = np.abs(a.value - b.value) > a.unit * (a.bound + b.bound)
        if unsure := int(np.sum(~(apart | (a.exact & b.exact)))):
            raise AmbiguousError(f"rounding decides {unsure} of the outcomes of {compare.__name__}")
        return compare(a.value, b.value)  # type: ignore[no-any-return]  # a ufunc may return anything

    return rule


def _where(condition: Any, x: Any, y: Any) -> Bounded:
    condition = np.asarray(condition)  # which refuses a Bounded: a number that rounds is no condition
    like = x if isinstance(x, Bounded) else y
    x, y = like.lift(x), like.lift(y)
    return Bounded(np.where(condition, x.value, y.value), np.where(condition, x.bound, y.bound), like.dtype)


UFUNCS.update(
    {
        np.add: _add,
        np.subtract: _subtract,
        np.multiply: _multiply,
        np.true_divide: _divide,
        np.sqrt: _sqrt,
        np.exp: _exp,
        np.log: _log,
        np.power: _power,
        np.square: lambda x: _multiply(x, x),
        np.maximum: _extreme(np.maximum),
        np.minimum: _extreme(np.minimum),
        np.negative: lambda x: Bounded(-x.value, x.bound, x.dtype),
        np.positive: lambda x: x,
        np.absolute: lambda x: Bounded(np.abs(x.value), x.bound, x.dtype),
    }
)
for each in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal):
    UFUNCS[each] = _comparison(each)

FUNCTIONS.update(
    {
        np.where: _where,
        np.clip: lambda x, low, high: np.minimum(np.maximum(x, low), high),
        np.zeros_like: lambda x: Bounded(np.zeros(x.shape), 0, x.dtype),
        np.ones_like: lambda x: Bounded(np.ones(x.shape), 0, x.dtype),
    }
)
