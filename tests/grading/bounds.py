"""How much of a derived bound a program uses up; shared by the tests of the numbers that carry one."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.grading.bounded import Bounded

DTYPES = ("float32", "float64")


def exact(x: Any, dtype: Any = None) -> Bounded:
    """Numbers of the dtype (the array's own unless given), as inputs are: without a rounding error."""
    values = np.asarray(x, dtype=dtype)
    return Bounded(values, 0, values.dtype)


def reach(bounded: Bounded, value: Any) -> float:
    """The largest error of ``value`` in units of its bound: at most 1 where the bound holds."""
    error = np.abs(np.asarray(value, dtype=np.longdouble) - bounded.value)
    with np.errstate(all="ignore"):
        used = np.where(error == 0, 0, error / (np.longdouble(bounded.unit) * bounded.bound))
    return float(used.max(initial=0))


def within(bounded: Bounded, value: Any, slack: float = 1.0) -> bool:
    return reach(bounded, value) <= slack
