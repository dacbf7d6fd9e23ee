"""The rules of statistics: what a sum, a mean, a variance and an extreme over some axes may be off.

A program adds in whatever order it likes, so a sum of n numbers is allowed n − 1 roundings of the sum of their
magnitudes, which holds for every order. (A loop reaches this; log₂ n, which holds for sums in pairs, would reject it.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from harness.grading.bounded.numbers import FUNCTIONS, Bounded, Extended, fits

Axis: TypeAlias = int | tuple[int, ...] | None


def _sum(x: Bounded, axis: Axis = None, keepdims: bool = False) -> Bounded:
    value = x.value.sum(axis=axis, keepdims=keepdims)
    size = np.abs(x.value).sum(axis=axis, keepdims=keepdims)
    own = np.where(_adds_exactly(x, axis, keepdims), 0, (_count(x.value, value) - 1) * size)
    return Bounded(value, x.bound.sum(axis=axis, keepdims=keepdims) + own, x.dtype)


def _adds_exactly(x: Bounded, axis: Axis, keepdims: bool) -> NDArray[np.bool_]:
    """Where no partial sum rounds, in any order.

    With p bits in the dtype's significand and the sum of magnitudes below 2ᵉ, exact terms that are all multiples of
    2ᵉ⁻ᵖ have partial sums that are such multiples as well, less than 2ᵖ of them: numbers of the dtype.
    """
    _, e = np.frexp(np.abs(x.value).sum(axis=axis, keepdims=True))
    p = np.finfo(x.dtype).nmant + 1
    multiples = np.ldexp(x.value, p - e)
    return np.asarray(np.all(x.exact & (multiples == np.rint(multiples)), axis=axis, keepdims=keepdims))


def _cumsum(x: Bounded, axis: int) -> Bounded:
    """Each partial sum as if it were summed by itself, in whatever order."""
    values, bounds, sizes = (np.moveaxis(each, axis, -1) for each in (x.value, x.bound, np.abs(x.value)))
    roundings = np.arange(values.shape[-1])
    bound = bounds.cumsum(axis=-1) + roundings * sizes.cumsum(axis=-1)
    return Bounded(np.moveaxis(values.cumsum(axis=-1), -1, axis), np.moveaxis(bound, -1, axis), x.dtype)


def _mean(x: Bounded, axis: Axis = None, keepdims: bool = False) -> Bounded:
    """The sum by the number of terms: exact where the sum is and the dtype holds the quotient, else one rounding."""
    total = _sum(x, axis, keepdims)
    n = _count(x.value, total.value)
    mean: Bounded = total / n
    exact = total.exact & fits(mean.value, x.dtype) & (mean.value * n == total.value)
    return Bounded(mean.value, np.where(exact, 0, mean.bound), x.dtype)


def _variance(x: Bounded, axis: Axis = None, keepdims: bool = False) -> Bounded:
    """The mean square of deviations, each as far off as in any of the accurate forms.

    What the terms bring moves the mean as well, but to first order the variance does not depend on it (Σ(xᵢ − μ) = 0):
    their error enters once, with the deviation. The mean's own rounding cancels in the same way where all deviations
    are taken from one computed mean; in a running mean (Welford's form) it does not, so it is added. That form rounds
    even where a sum would be exact; only on constants, where each of its steps is, is nothing added.
    E[x²] − μ² is not among the accurate forms: it is off by the square of |μ|/σ, these by |μ|/σ itself.
    """
    mean = x.value.mean(axis=axis, keepdims=True)
    distance = x.value - mean
    own = (_count(x.value, mean) - 1) * np.abs(x.value).mean(axis=axis, keepdims=True) + np.abs(mean)
    constant = np.all(distance == 0, axis=axis, keepdims=True) & _adds_exactly(x, axis, keepdims=True)
    deviation = Bounded(distance, np.where(constant, 0, x.bound + own + np.abs(distance)), x.dtype)
    return _mean(deviation * deviation, axis, keepdims)


def _extreme(pick: np.ufunc) -> Callable[..., Bounded]:
    """A maximum or minimum lies between those of the lower and of the upper ends; it never rounds."""

    def rule(x: Bounded, axis: Axis = None, keepdims: bool = False) -> Bounded:
        def over(values: Extended) -> Extended:
            return np.asarray(pick.reduce(values, axis=axis, keepdims=keepdims))

        value = over(x.value)
        off = x.unit * x.bound
        ends = np.maximum(over(x.value + off) - value, value - over(x.value - off))
        return Bounded(value, ends / x.unit, x.dtype)

    return rule


def _count(x: Extended, reduced: Any) -> int:
    """How many numbers went into each of the reduced ones."""
    return int(x.size // np.size(reduced))


FUNCTIONS.update(
    {
        np.sum: _sum,
        np.cumsum: _cumsum,
        np.mean: _mean,
        np.var: _variance,
        np.max: _extreme(np.maximum),
        np.min: _extreme(np.minimum),
    }
)
