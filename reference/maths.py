"""The few functions the pages compute with, by their bare names, as a slide writes them.

They are numpy's. numpy is imported at the first call, not with the pages, so that ``gradstep list`` and
``gradstep explain`` answer at once. Each dispatches on its argument as numpy does: the same page runs on plain
arrays and on the grader's numbers that carry their own rounding bound.

Where a function takes an ``axis``, it is one axis, a tuple of them, or None for all; ``keepdims`` leaves them in the
result with length 1. An image is (H, W, C), images are (N, H, W, C).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Axis: TypeAlias = int | tuple[int, ...] | None


# -- new arrays -------------------------------------------------------------------------------------------------------


def zeros_like(x: Any) -> Any:
    """Zeros of the shape and dtype of ``x``."""
    import numpy

    return numpy.zeros_like(x)


def ones_like(x: Any) -> Any:
    """Ones of the shape and dtype of ``x``."""
    import numpy

    return numpy.ones_like(x)


def arange(n: int) -> Any:
    """The integers 0, 1, …, n − 1."""
    import numpy

    return numpy.arange(n)


def generator(seed: Any) -> Any:
    """A random generator; without a seed, each time another. What draws already is handed back as it is."""
    from numpy.random import default_rng

    return seed if hasattr(seed, "random") else default_rng(seed)


# -- element by element -----------------------------------------------------------------------------------------------


def sqrt(x: Any) -> Any:
    """The square root of each element."""
    import numpy

    return numpy.sqrt(x)


def exp(x: Any) -> Any:
    """e to the power of each element."""
    import numpy

    return numpy.exp(x)


def log(x: Any) -> Any:
    """The natural logarithm of each element."""
    import numpy

    return numpy.log(x)


def absolute(x: Any) -> Any:
    """The magnitude of each element."""
    import numpy

    return numpy.absolute(x)


def maximum(x: Any, y: Any) -> Any:
    """The larger of each pair of elements."""
    import numpy

    return numpy.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    """The smaller of each pair of elements."""
    import numpy

    return numpy.minimum(x, y)


def clip(x: Any, low: Any, high: Any) -> Any:
    """Each element, or the end of [low, high] it lies beyond."""
    import numpy

    return numpy.clip(x, low, high)


def where(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition (an array of booleans) holds, else ``y``."""
    import numpy

    return numpy.where(condition, x, y)


# -- over axes --------------------------------------------------------------------------------------------------------


def total(x: Any) -> Any:
    """The sum over all elements, a scalar."""
    import numpy

    return numpy.sum(x)


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum over the axes."""
    import numpy

    return numpy.sum(x, axis=axis, keepdims=keepdims)


def cumsum(x: Any, axis: int) -> Any:
    """The sum of each element and those before it along one axis."""
    import numpy

    return numpy.cumsum(x, axis=axis)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over the axes."""
    import numpy

    return numpy.mean(x, axis=axis, keepdims=keepdims)


def variance(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean squared distance from the mean over the axes: 1/N, not 1/(N − 1)."""
    import numpy

    return numpy.var(x, axis=axis, keepdims=keepdims)


def largest(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The maximum over the axes."""
    import numpy

    return numpy.max(x, axis=axis, keepdims=keepdims)


def smallest(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The minimum over the axes."""
    import numpy

    return numpy.min(x, axis=axis, keepdims=keepdims)


def argmax(x: Any, axis: int) -> Any:
    """Where along the axis the largest element is; the first of equals."""
    import numpy

    return numpy.argmax(x, axis=axis)


# -- moving elements about --------------------------------------------------------------------------------------------


def stack(arrays: Sequence[Any]) -> Any:
    """Arrays of one shape, one after another along a new first axis."""
    import numpy

    return numpy.stack(arrays)


def flip(x: Any, axis: int) -> Any:
    """The elements in reverse order along one axis."""
    import numpy

    return numpy.flip(x, axis)


def rotate(x: Any, k: int) -> Any:
    """One image turned by k·90° counter-clockwise, row 0 on top."""
    import numpy

    return numpy.rot90(x, k)


def pad_zeros(x: Any, pad: int) -> Any:
    """One image with ``pad`` rows and columns of zeros on each side."""
    import numpy

    return numpy.pad(x, ((pad, pad), (pad, pad), (0, 0)))


def reflect(x: Any, width: int) -> Any:
    """Images with ``width`` rows and columns on each side that mirror the inside; the edge is not repeated."""
    import numpy

    return numpy.pad(x, ((0, 0), (width, width), (width, width), (0, 0)), mode="reflect")


def windows(x: Any, size: int) -> Any:
    """The size×size windows of padded images, along a new first axis: (size², N, H − size + 1, W − size + 1, C)."""
    rows, columns = x.shape[1] - size + 1, x.shape[2] - size + 1
    return stack([x[:, i : i + rows, j : j + columns] for i in range(size) for j in range(size)])
