"""Taking an array out of what a student's code gives back, or saying what it is instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.worker.plain import NotPlain, plain, whole
from harness.worker.problem import Problem
from harness.worker.strange import elements

Array = np.ndarray[Any, Any]


def array_of(
    name: str, value: Any, shape: tuple[int, ...], whole_numbers: bool = False, free_shape: bool = False, **place: Any
) -> tuple[Array, str]:
    """The array and the dtype it came in; with ``free_shape``, sides of length 1 do not matter.

    Raises :class:`Problem`, with ``place`` among its details, where the value is no array of that kind and shape.
    """
    if value is NotImplemented:
        raise Problem("not_started")
    take: Callable[[Any], tuple[Array, str]] = whole if whole_numbers else plain
    try:
        array, dtype = take(value)
    except NotPlain as error:
        wanted = asked(shape, whole_numbers)
        raise Problem(error.kind, **place, quantity=name, type=error.type, wanted=wanted) from None
    if array.shape != shape:
        if not free_shape or squeezed(array.shape) != squeezed(shape):
            raise Problem("wrong_shape", **place, quantity=name, actual=list(array.shape), expected=list(shape))
        array = array.reshape(shape)
    return array, dtype


def alone(value: Any) -> tuple[Any, set[str]]:
    """The one result, out of the tuple that a comma behind it made, and what is worth knowing of that."""
    inner = elements(value) if issubclass(type(value), tuple) else None
    return (inner[0], {"tuple_of_one"}) if inner is not None and len(inner) == 1 else (value, set())


def asked(shape: tuple[int, ...], whole_numbers: bool) -> str:
    """What is asked for where something is of another type, in words."""
    if not shape:
        return "a whole number" if whole_numbers else "a number"
    return "an array of whole numbers" if whole_numbers else "an array of floats"


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
