"""The few functions the pages compute with, by their bare names, as a slide writes them.

They are numpy's. numpy is imported at the first call, not with the pages, so that ``gradstep list`` and
``gradstep explain`` answer at once. Each dispatches on its argument as numpy does: the same page runs on plain
arrays and on the grader's numbers that carry their own rounding bound.
"""

from __future__ import annotations

from typing import Any


def zeros_like(x: Any) -> Any:
    """Zeros of the shape and dtype of ``x``."""
    import numpy

    return numpy.zeros_like(x)


def sqrt(x: Any) -> Any:
    """The square root of each element."""
    import numpy

    return numpy.sqrt(x)


def maximum(x: Any, y: Any) -> Any:
    """The larger of each pair of elements."""
    import numpy

    return numpy.maximum(x, y)


def absolute(x: Any) -> Any:
    """The magnitude of each element."""
    import numpy

    return numpy.absolute(x)


def total(x: Any) -> Any:
    """The sum over all elements, a scalar."""
    import numpy

    return numpy.sum(x)


def arange(n: int) -> Any:
    """The integers 0, 1, …, n − 1."""
    import numpy

    return numpy.arange(n)
