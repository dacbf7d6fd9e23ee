"""Calling a student's plain function with given arguments.

What comes back is copied, and compared with nothing but the shape and the kind of number that were asked for. A
function that takes another's own object (the cache of a batch normalization) is called right after that other, which
is the student's as well; the object itself never leaves this process.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from harness.worker.drive import ToBackend
from harness.worker.plain import NotPlain, plain, remarks, whole
from harness.worker.problem import Problem, fits, made, takes, told, written
from harness.worker.strange import described, elements, named
from harness.worker.taken import Array, alone, array_of, squeezed

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
    reply: dict[str, Any] = {"results": {}, "dtypes": {}, "steps": {}, "remarks": [], "problem": None}
    try:
        args = [_fresh(each, backend) for each in call["args"]]
        hyper = dict(case["hyper"])
        if case["after"]:
            written(thing)  # what is not written yet waits for nothing
            args.append(_handed_over(before, case, [_fresh(each, backend) for each in call["first"]], hyper))
            hyper = {}
        came, seen = _parted(called(thing, args, hyper), case["returns"])
        results = _taken(came, call["shapes"], case["free_shape"])
    except BaseException as error:
        reply["problem"] = told(error, files)
        return reply
    reply["results"] = {name: array for name, (array, _) in results.items()}
    reply["dtypes"] = {name: dtype for name, (_, dtype) in results.items()}
    reply["steps"] = _offered(came, call["shapes"], results)
    for name, (array, _) in results.items():
        seen |= remarks(came[name], backend(np.zeros(1))) if array.shape else set()
    reply["remarks"] = sorted(seen)
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
    inner = elements(value)
    if inner is None or len(inner) < 2:
        raise Problem("needs", needs=case["after"])
    return inner[-1]


def _parted(value: Any, returns: Sequence[str]) -> tuple[dict[str, Any], set[str]]:
    """What was returned, by the names it should have, and what is worth knowing of the way it came."""
    if value is None:
        raise Problem("returns_nothing")
    inner = elements(value)
    if value is NotImplemented or _blank(value):
        raise Problem("not_started")
    if len(returns) == 1 and (not issubclass(type(value), tuple) or len(inner or ()) == 1):
        only, seen = alone(value)
        return {returns[0]: only}, seen
    if inner is None or len(inner) != len(returns):
        raise Problem("returns_other", wanted=list(returns), type=described(value))
    return dict(zip(returns, inner, strict=True)), set()


def _taken(came: Mapping[str, Any], shapes: Mapping[str, Any], free_shape: Sequence[str]) -> Results:
    """The arrays in what came: all of it but the student's own object, if there is to be one."""
    try:
        return {
            name: array_of(name, each, tuple(shapes[name]["shape"]), shapes[name]["whole"], name in free_shape)
            for name, each in came.items()
            if name in shapes
        }
    except Problem:
        if _in_another_order(came, shapes):
            raise Problem("returns_order", wanted=list(came)) from None
        raise


def _in_another_order(came: Mapping[str, Any], shapes: Mapping[str, Any]) -> bool:
    """Whether all that was returned is there, by its shapes, but not where it should be."""
    seen = [_shape(each, shapes[name]["whole"]) for name, each in came.items() if name in shapes]
    wanted = [tuple(shapes[name]["shape"]) for name in came if name in shapes]
    return seen != wanted and Counter(seen) == Counter(wanted)


def _shape(value: Any, whole_numbers: bool) -> tuple[int, ...] | None:
    try:
        array, _ = whole(value) if whole_numbers else plain(value)
    except NotPlain:
        return None
    shape: tuple[int, ...] = array.shape
    return shape


def _offered(came: Mapping[str, Any], shapes: Mapping[str, Any], results: Results) -> dict[str, Array]:
    """The inner steps that stand in the student's own object, where it is a dict, under their names."""
    own = named(next((each for name, each in came.items() if name not in shapes), None))
    offered: dict[str, Array] = {}
    for name, wanted in shapes.items():
        if name in own and name not in results and not wanted["whole"]:
            try:
                array, _ = plain(own[name])
            except NotPlain:
                continue
            if squeezed(array.shape) == squeezed(tuple(wanted["shape"])):
                offered[name] = array.reshape(wanted["shape"])
    return offered


def _blank(value: Any) -> bool:
    """Whether nothing but None is given back, as by a template that begins with ``y, cache = None, None``."""
    inner = elements(value) if issubclass(type(value), tuple) else None
    return bool(inner) and all(each is None for each in inner or ())
