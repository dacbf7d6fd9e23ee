"""Driving a student's hyper-parameter search: a grid of trials, trials drawn from a generator, a search for the best.

What comes back is plain data. Trials are looked at only when the last is made: a search that hands out one dict over
and over has then changed them all.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from harness.worker.call import called
from harness.worker.plain import NotPlain, data
from harness.worker.problem import Problem, told
from harness.worker.strange import described, elements, named
from harness.worker.taken import array_of

Ask = Callable[[Any], Any]
"""Puts a question to the grader and waits for the answer."""

_MOST_TRIALS = 1000
"""Trials looked at where the grader asks for no number of them."""

_ROOM = 6000
"""Characters of trials that are given back: several cases share one header."""


def run_grid(thing: Any, case: Mapping[str, Any], files: Collection[str]) -> list[Any]:
    """``grid_search(space)``: the trials as data, as many as there is room for, and how many there are."""

    def answer(run: Mapping[str, Any], reply: dict[str, Any]) -> None:
        trials = _trials(called(thing, [copy.deepcopy(run["space"])], {}), _MOST_TRIALS)
        reply["count"] = len(trials)
        reply["trials"] = [*_fitting(map(_trial, trials))]

    return [_guarded(answer, run, {"trials": [], "count": 0}, files) for run in case["runs"]]


def run_search(thing: Any, case: Mapping[str, Any], files: Collection[str], ask: Ask) -> list[Any]:
    """``run_search(objective, trials)``: what it gives back. Its calls of the objective go to the grader."""

    def answer(run: Mapping[str, Any], reply: dict[str, Any]) -> None:
        objective = _objective(ask, case["id"], run["questions"])
        value = called(thing, [objective, copy.deepcopy(run["trials"])], {})
        wanted = ["best_trial", "best_value"]
        if value is None:
            raise Problem("returns_nothing")
        inner = elements(value)
        if inner is None or len(inner) != len(wanted):
            raise Problem("returns_other", wanted=wanted, type=described(value))
        asked = {"best_trial": "one of the trials", "best_value": "a number"}
        reply["best"] = [_data(each, *told) for each, told in zip(inner, asked.items(), strict=True)]

    return [_guarded(answer, run, {"best": None}, files) for run in case["runs"]]


def run_sampler(thing: Any, case: Mapping[str, Any], files: Collection[str]) -> list[Any]:
    """``random_search(space, n, rng)``: the values as an array, a trial a row and a name a column."""

    def answer(run: Mapping[str, Any], reply: dict[str, Any]) -> None:
        space = {name: tuple(ends) for name, ends in run["space"].items()}
        trials = _trials(called(thing, [space, run["n"], np.random.default_rng(run["seed"])], {}), 2 * run["n"])
        names = [*run["space"]]
        rows = [_row(at, trial, names, reply["whole"]) for at, trial in enumerate(trials[: run["n"]], start=1)]
        reply["count"] = len(trials)
        reply["values"] = np.array(rows, dtype=np.float64).reshape(len(rows), len(run["space"]))

    columns = len(case["runs"][0]["space"])
    replies = []
    for run in case["runs"]:
        empty = {"values": np.zeros((0, columns)), "count": 0, "whole": []}
        replies.append(_guarded(answer, run, empty, files))
    return replies


def _guarded(
    answer: Callable[[Mapping[str, Any], dict[str, Any]], None],
    run: Mapping[str, Any],
    reply: dict[str, Any],
    files: Collection[str],
) -> dict[str, Any]:
    """The reply as far as ``answer`` filled it in, with what ended it as its problem."""
    reply["problem"] = None
    try:
        answer(run, reply)
    except BaseException as error:
        reply["problem"] = told(error, files)
    return reply


def _trials(value: Any, most: int) -> list[Any]:
    """All trials of any iterable, but one more than ``most`` at the most."""
    if value is None:
        raise Problem("returns_nothing")
    if any(issubclass(type(value), each) for each in (dict, str, bytes)):
        raise Problem("not_trials", type=described(value))
    try:
        iterator = iter(value)
    except TypeError:
        raise Problem("not_trials", type=described(value)) from None
    return list(islice(iterator, most + 1))


def _trial(value: Any) -> Any:
    if issubclass(type(value), dict):
        return _data(value, "something in a trial", "one of those in the space")
    return _data(value, "a trial", "a dict")


def _data(value: Any, quantity: str, wanted: str) -> Any:
    try:
        return data(value)
    except NotPlain as error:
        raise Problem(error.kind, quantity=quantity, type=error.type, wanted=wanted) from None


def _number(quantity: str, value: Any) -> tuple[float, bool]:
    """A number, and whether it came as a whole one."""
    if type(value) is float or type(value) is np.float64:  # thousands of them, which need no asking
        return float(value), False
    try:
        return float(array_of(quantity, value, (), whole_numbers=True)[0]), True
    except Problem:
        return float(array_of(quantity, value, ())[0]), False


def _fitting(trials: Iterator[Any]) -> Iterator[Any]:
    room = _ROOM
    for trial in trials:
        room -= len(json.dumps(trial))
        if room < 0:
            return
        yield trial


def _objective(ask: Ask, case: str, most: int) -> Callable[[Any], float]:
    left = most

    def objective(trial: Any) -> float:
        nonlocal left
        left -= 1
        if left < 0:
            raise RuntimeError(f"objective was called more than {most} times")
        try:
            value = ask({"case": case, "trial": data(trial)})
        except NotPlain:
            value = None
        if value is None:
            raise ValueError(f"objective(trial) takes one of the trials, as it was given; got {_shown(trial)}")
        return float(value)

    objective.__qualname__ = "objective"
    return objective


def _shown(value: Any) -> str:
    try:
        return str(data(value))[:80]
    except NotPlain as error:
        return f"something of type {error.type}"


def _row(at: int, trial: Any, names: Sequence[str], whole_ones: list[str]) -> list[float]:
    """A trial's values in the order of the names; those that are whole numbers are noted."""
    if not issubclass(type(trial), dict):
        raise Problem("not_trials", type=f"{described(trial)} for a trial")
    values = named(trial)
    if {*values} != {*names} or dict.__len__(trial) != len(names):
        raise Problem("other_names", has=[key[:40] for key in values][:10], wanted=list(names))
    row = []
    for name in names:
        number, whole = _number(f"{name} of trial {at}", values[name])
        if whole and name not in whole_ones:
            whole_ones.append(name)
        row.append(number)
    return row
