"""Calling a student's plain function with given arguments.

What comes back is copied, and compared with nothing but the shape and the kind of number that were asked for. A
function that takes another's own object (the cache of a batch normalization) is called right after that other, which
is the student's as well; the object itself never leaves this process.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from harness.worker.drive import Array, ToBackend, squeezed
from harness.worker.plain import NotPlain, plain, whole
from harness.worker.problem import Problem, asked, fits, made, takes, told, written

Results = dict[str, tuple[Array, str]]
"""Named results, each with the dtype it came in."""


def run_calls(
    thing: Any, before: Any, case: Mapping[str, Any], files: Collection[str], backend: ToBackend
) -> list[dict[str, Any]]:
    """One case, every call with fresh copies of its arguments. ``before`` is what ``thing`` comes after, or None."""
    return [_answer(thing, before, case, call, files, backend) for call in case["runs"]]


def _answer(
    thing: Any,
    before: Any,
    case: Mapping[str, Any],
    call: Mapping[str, Any],
    files: Collection[str],
    backend: ToBackend,
) -> dict[str, Any]:
    reply: dict[str, Any] = {"results": {}, "dtypes": {}, "steps": {}, "problem": None}
    try:
        args = [_fresh(each, backend) for each in call["args"]]
        hyper = dict(case["hyper"])
        if case["after"]:
            written(thing)  # what is not written yet waits for nothing
            args.append(_handed_over(before, case, [_fresh(each, backend) for each in call["first"]], hyper))
            hyper = {}
        value = called(thing, args, hyper)
        results, own = _taken(value, case["returns"], call["shapes"], case["free_shape"])
    except BaseException as error:
        reply["problem"] = told(error, files)
        return reply
    reply["results"] = {name: array for name, (array, _) in results.items()}
    reply["dtypes"] = {name: dtype for name, (_, dtype) in results.items()}
    reply["steps"] = _offered(own, call["shapes"], results)
    return reply


def _fresh(value: Any, backend: ToBackend) -> Any:
    return backend(np.array(value)) if isinstance(value, np.ndarray) else value


def called(thing: Any, args: Sequence[Any], hyper: dict[str, Any]) -> Any:
    """The function's value. A class is made and then called, each with the hyper-parameters that it takes."""
    if inspect.isclass(thing):
        start, then = _shared(thing, hyper)
        instance = made(thing, start, "__call__")
        fits(instance, tuple(args), then, method="__call__")
        return instance(*args, **then)
    written(thing)
    fits(thing, tuple(args), hyper)
    return thing(*args, **hyper)


def _shared(thing: type, hyper: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The hyper-parameters that a class is made with, and those that it is called with: each goes where it is named,
    else where anything is taken. What neither takes is left to the call, which refuses it."""
    (made_with, anything), (called_with, anything_called) = takes(thing), takes(thing.__call__)
    if anything and not anything_called:
        made_with = made_with | (hyper.keys() - called_with)
    start = {name: value for name, value in hyper.items() if name in made_with}
    return start, {name: value for name, value in hyper.items() if name in called_with or name not in made_with}


def _handed_over(before: Any, case: Mapping[str, Any], args: Sequence[Any], hyper: dict[str, Any]) -> Any:
    """The student's own object, the last that the function before gives back."""
    if before is None:
        raise Problem("needs", needs=case["after"])
    try:
        value = called(before, args, hyper)
    except MemoryError:
        raise
    except BaseException as error:
        raise Problem("needs", needs=case["after"]) from error
    if not isinstance(value, (tuple, list)) or len(value) < 2:
        raise Problem("needs", needs=case["after"])
    return value[-1]


def _taken(
    value: Any, returns: Sequence[str], shapes: Mapping[str, Any], free_shape: Sequence[str]
) -> tuple[Results, Any]:
    """The named results in what was returned, and the student's own object beside them, if there is to be one."""
    if value is None:
        raise Problem("returns_nothing")
    if value is NotImplemented or _blank(value):
        raise Problem("not_started")
    if len(returns) == 1 and not isinstance(value, tuple):
        values = (value,)
    elif isinstance(value, (tuple, list)) and len(value) == len(returns):
        values = tuple(value)
    else:
        raise Problem("returns_other", wanted=list(returns), type=described(value))
    named = dict(zip(returns, values, strict=True))
    try:
        results = {
            name: array_of(name, each, shapes[name], name in free_shape)
            for name, each in named.items()
            if name in shapes
        }
    except Problem:
        if _in_another_order(named, shapes):
            raise Problem("returns_order", wanted=list(returns)) from None
        raise
    return results, next((each for name, each in named.items() if name not in shapes), None)


def _in_another_order(named: Mapping[str, Any], shapes: Mapping[str, Any]) -> bool:
    """Whether all that was returned is there, by its shapes, but not where it should be."""
    wanted = [tuple(shapes[name]["shape"]) for name in named if name in shapes]
    try:
        came = [_taking(shapes[name])(each)[0].shape for name, each in named.items() if name in shapes]
    except NotPlain:
        return False
    return came != wanted and sorted(came) == sorted(wanted)


def _taking(wanted: Mapping[str, Any]) -> Callable[[Any], tuple[Array, str]]:
    return whole if wanted["whole"] else plain


def array_of(name: str, value: Any, wanted: Mapping[str, Any], free_shape: bool) -> tuple[Array, str]:
    """Raises :class:`Problem` where the value is no array of the kind and shape that were asked for."""
    shape = tuple(wanted["shape"])
    try:
        array, dtype = _taking(wanted)(value)
    except NotPlain as error:
        raise Problem("wrong_type", quantity=name, type=error.type, wanted=asked(shape, wanted["whole"])) from None
    if array.shape != shape:
        if not free_shape or squeezed(array.shape) != squeezed(shape):
            raise Problem("wrong_shape", quantity=name, actual=list(array.shape), expected=list(shape))
        array = array.reshape(shape)
    return array, dtype


def _offered(own: Any, shapes: Mapping[str, Any], results: Results) -> dict[str, Array]:
    """The inner steps that stand in the student's own object, where it is a dict, under their names."""
    offered: dict[str, Array] = {}
    for name, wanted in shapes.items():
        if type(own) is dict and name in own and name not in results and not wanted["whole"]:
            try:
                array, _ = plain(own[name])
            except NotPlain:
                continue
            if squeezed(array.shape) == squeezed(tuple(wanted["shape"])):
                offered[name] = array.reshape(wanted["shape"])
    return offered


def _blank(value: Any) -> bool:
    """Whether nothing but None is given back, as by a template that begins with ``y, cache = None, None``."""
    return isinstance(value, tuple) and len(value) > 0 and all(each is None for each in value)


def described(value: Any) -> str:
    kind = type(value).__name__[:80]
    return f"{kind} of {len(value)}" if isinstance(value, (tuple, list)) else kind
