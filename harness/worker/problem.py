"""What can be wrong with a student's code before and while it is called, as data for the grader."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from dis import opmap
from types import FunctionType
from typing import Any

from harness.worker.failure import failure, out_of_memory
from harness.worker.forbid import Forbidden


class Problem(Exception):  # noqa: N818  # of a run, not an error of this program
    """Why a run ended early: a kind and what the grader needs to say about it."""

    def __init__(self, kind: str, **details: Any) -> None:
        super().__init__(kind)
        self.report = {"kind": kind, **details}


def told(error: BaseException, files: Collection[str], **place: Any) -> dict[str, Any]:
    """What ended a run, as its problem. ``place`` says where in the run an exception was raised."""
    if isinstance(error, Problem):
        return error.report
    problem = vars(error).get("problem")
    if type(problem) is dict and "kind" in problem:  # an adapter's, which knows what the student did
        said = {str(name): str(text)[:200] for name, text in problem.items()}
        return {**said, "frames": failure(error, files)["frames"]}
    if isinstance(error, NotImplementedError) and _stated(error):
        return {"kind": "not_started"}
    if out_of_memory(error):
        return {"kind": "memory"}
    if isinstance(error, Forbidden):
        return {"kind": "forbidden", "name": error.name, **failure(error, files)}
    return {"kind": "raised", **place, **failure(error, files)}


def _stated(error: BaseException) -> bool:
    """Whether a raise statement raised it: torch raises NotImplementedError of its own, for a dtype without a product
    say."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_code[trace.tb_lasti] == opmap["RAISE_VARARGS"]


def made(thing: type, hyper: dict[str, Any], method: str) -> Any:
    """An instance, with a method of that name: the class's own, or a function set in ``__init__``. A class with nothing
    beside ``__init__`` is not written yet, whatever that takes."""
    begun = _begun(thing) or method in dir(thing)
    try:
        fits(thing, (), hyper)
    except Problem:
        if begun:
            raise
        raise Problem("not_started") from None
    instance = thing(**hyper)
    found = getattr(instance, method, None)
    if not callable(found):
        if not begun:
            raise Problem("not_started")
        has = [name[:40] for name in dir(thing) if not name.startswith("_") and callable(getattr(thing, name, None))]
        raise Problem("no_step", has=has[:10], wanted=method)
    written(getattr(found, "__func__", found))
    return instance


def _begun(thing: type) -> bool:
    """Whether a class, or one it inherits from, has any function beside ``__init__``."""
    own = {name: value for kind in thing.__mro__[:-1] for name, value in vars(kind).items() if name != "__init__"}
    return any(inspect.isroutine(value) for value in own.values())


def takes(thing: Any) -> tuple[set[str], bool]:
    """The names of what a function takes, or a class to be made, and whether it takes others by name as well."""
    try:
        parameters = inspect.signature(thing).parameters
    except (ValueError, TypeError):
        return set(), True  # it does not tell
    return set(parameters), any(each.kind is each.VAR_KEYWORD for each in parameters.values())


def fits(thing: Any, args: tuple[Any, ...], hyper: dict[str, Any], **details: str) -> None:
    """Raise :class:`Problem`, with the ``details``, where the signature cannot take what the contract passes."""
    names = (len(args), *hyper)
    if _fitting.get(id(thing), (None, ()))[0] is thing and names in _fitting[id(thing)][1]:
        return
    try:
        signature = inspect.signature(thing)
    except (ValueError, TypeError):
        return  # it does not tell; calling it will
    try:
        signature.bind(*args, **hyper)
    except TypeError as error:
        raise Problem("signature", text=str(error)[:200], **details) from None
    if type(thing) is FunctionType or issubclass(type(thing), type):  # an instance, kept here, would never end
        _fitting.setdefault(id(thing), (thing, set()))[1].add(names)


_fitting: dict[int, tuple[Any, set[tuple[Any, ...]]]] = {}
"""What has been seen to fit: a function or class, by its id, how many arguments it takes with which names. To read a
signature takes longer than a step."""


def written(function: Any) -> None:
    """Raise :class:`Problem` for a function with nothing in its body but ``pass``, ``...``, a docstring, or a bare
    ``raise NotImplementedError``."""
    if not inspect.isfunction(function):
        return
    does = _does(function)
    said = {*map(id, function.__code__.co_consts)} - {id(function.__doc__), id(None)}
    if (does == _PASSING and not said) or does in _RAISING:
        raise Problem("not_started")


def _does(function: Any) -> tuple[bytes, tuple[str, ...]]:
    """What the bytecode does, and to which names, whatever the constants it does it with."""
    return function.__code__.co_code[::2], function.__code__.co_names


def _passes() -> None:
    pass


def _raises() -> None:
    raise NotImplementedError


def _raises_new() -> None:
    raise NotImplementedError()


def _raises_text() -> None:
    raise NotImplementedError("")


_PASSING = _does(_passes)
_RAISING = (*map(_does, (_raises, _raises_new, _raises_text)),)
