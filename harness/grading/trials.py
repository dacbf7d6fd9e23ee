"""Hyper-parameter search in plain data: the trials of a grid, and the search for the best of them.

Here nothing rounds: values are equal or not. The calls of an objective are known from the grader's side, which answered
them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.grading import judge as judging
from harness.grading.expected import Reference
from harness.grading.judge import Judged, Witness, read_problem
from harness.results import CaseResult, Message
from reference import Case, Edition, Page
from reference.cases import Call, Objective, Watched

Problem = Mapping[str, Any] | None


@dataclass(frozen=True)
class Listed:
    """The trials of a grid, as many as came back, and how many there are."""

    trials: list[Any]
    count: int
    problem: Problem = None


@dataclass(frozen=True)
class Found:
    """What a search gave back, a trial and its value, and the trials it asked for, in order."""

    best: list[Any] | None
    asked: list[Any]
    problem: Problem = None


class Grids:
    """The form of a grid: one call, a list of dicts."""

    pairs_in_every_way = True

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        case = reference.cases[number]
        return {"id": case.id, "runs": [{"space": call.args["space"]} for call in case.calls]}

    def reply_bytes(self, reference: Reference, number: int) -> int:
        return 0

    def read(self, reference: Reference, number: int, reply: Any) -> list[Listed]:
        return [
            Listed(_list(each["trials"]), _whole(each["count"]), read_problem(each))
            for _, each in zip(reference.cases[number].calls, reply["runs"], strict=True)
        ]

    def judge(self, reference: Reference, number: int, runs: Sequence[Listed], witnesses: Sequence[Witness]) -> Judged:
        case = reference.cases[number]
        if broken := next((run.problem for run in runs if run.problem), None):
            return judging.problem_of(case, broken)
        for at, run in enumerate(runs):
            expected = reference.expected(_listed, number, at)
            if not _agree(run, expected):
                return _failed(case, _unlike(run, expected))
        alike = all(_agree(run, said["trials"]) for run, said in zip(runs, witnesses, strict=False))
        return _passed(case, alike, witnesses)

    def broke_off(self, run: Listed) -> bool:
        return run.problem is not None

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Listed) -> bool:
        return run.problem is not None or _agree(run, reference.expected(_listed, number, at, edition))

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Listed) -> bool:
        return True  # an edition equal to what is not the slide's differs from it

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Listed) -> int:
        return 0  # it has no inner steps

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        return [page.witness(torch, *call.args.values()) for call in case.calls]


class Searches:
    """The form of a search: it calls an objective back, and gives a trial and its value."""

    pairs_in_every_way = True

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        """The trials alone: a value is told when it is asked for."""
        case = reference.cases[number]
        runs = [{"trials": call.args["trials"], "questions": _questions(call)} for call in case.calls]
        return {"id": case.id, "runs": runs}

    def reply_bytes(self, reference: Reference, number: int) -> int:
        return 0

    def read(self, reference: Reference, number: int, reply: Any) -> list[Found]:
        asked = [_plain(each["trial"]) for each in reply["asked"]]
        (only,) = reply["runs"]
        best = None if only["best"] is None else _list(only["best"])
        if only["problem"] is None and (best is None or len(best) != 2):
            raise ValueError("no trial and value")
        return [Found(best, asked, read_problem(only))]

    def judge(self, reference: Reference, number: int, runs: Sequence[Found], witnesses: Sequence[Witness]) -> Judged:
        case, (run,) = reference.cases[number], runs
        if run.problem:
            return judging.problem_of(case, run.problem)
        expected = reference.expected(_found, number, 0)
        assert expected is not None
        if run != expected:
            return _failed(case, _asked_otherwise(run, expected) or _another_best(run, expected))
        return _passed(case, all(run.best == [*said.values()] for said in witnesses), witnesses)

    def broke_off(self, run: Found) -> bool:
        return run.problem is not None

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Found) -> bool:
        expected = reference.expected(_found, number, at, edition)
        if run.problem:
            return expected is None or run.asked == expected.asked[: len(run.asked)]
        return run == expected

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Found) -> bool:
        return True  # an edition equal to what is not the slide's differs from it

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Found) -> int:
        return 0  # it has no inner steps

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        return [page.witness(torch, *call.args.values()) for call in case.calls]


# -- the objective --------------------------------------------------------------------------------------------------


def answer(reference: Reference, question: Any) -> float | None:
    """The value of the trial that a student's code asks for; None where there is no such trial."""
    objectives: Mapping[str, Objective] = {case.id: case.calls[0].args["objective"] for case in reference.cases}
    objective, trial = objectives[question["case"]], _plain(question["trial"])
    return objective(trial) if trial in objective.trials else None


def _questions(call: Call) -> int:
    """How often a case's objective answers: enough to see that it is called too often."""
    return 4 * len(call.args["trials"]) + 8


# -- what came back -------------------------------------------------------------------------------------------------


_DEEPEST = 20
"""Lists within lists that are looked into."""


def _plain(value: Any, depth: int = _DEEPEST) -> Any:
    """The value, if it is nothing but plain data: arrays are compared otherwise, and could be anywhere in it."""
    if depth < 0:
        raise ValueError("data nested too deeply")
    inner = value.values() if type(value) is dict else value if type(value) is list else ()
    for each in inner:
        _plain(each, depth - 1)
    if value is not None and type(value) not in (bool, int, float, str, list, dict):
        raise ValueError(f"{type(value).__name__} among plain data")
    return value


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError(f"{type(value).__name__} instead of a list")
    return _plain(value)  # type: ignore[no-any-return]  # a list, as was just seen


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"{type(value).__name__} instead of a whole number")
    return value


# -- what is expected -----------------------------------------------------------------------------------------------


def _listed(edition: Edition, page: Page, case: Case, call: Call) -> list[Any] | None:
    """An edition's trials, None where it breaks down."""
    try:
        return _list(_named(page.evaluate(edition, call.args, {})["trials"]))
    except Exception:
        return None


def _found(edition: Edition, page: Page, case: Case, call: Call) -> Found | None:
    """What an edition finds and asks for, None where it breaks down."""
    watched = Watched(call.args["objective"])
    try:
        values = page.evaluate(edition, {**call.args, "objective": watched}, {})
    except Exception:
        return None
    return Found([_named(values[name]) for name in page.returns], watched.asked)


def _named(value: Any) -> Any:
    """A value as it comes over the wire: what is not finite goes by its name."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple):
        return [_named(each) for each in value]
    return {name: _named(each) for name, each in value.items()} if isinstance(value, dict) else value


def _agree(run: Listed, trials: Any) -> bool:
    """Whether the trials are these, the ones for which there was no room aside."""
    return trials is not None and run.count == len(trials) and run.trials == trials[: len(run.trials)]


# -- telling --------------------------------------------------------------------------------------------------------


def _passed(case: Case, like_torch: bool, witnesses: Sequence[Witness]) -> Judged:
    """Plain data has no tolerance: what is right is off by none."""
    torch_ratio = (0.0 if like_torch else math.inf) if witnesses else None
    return Judged(CaseResult(case.id, "pass", 0.0, torch_ratio))


def _failed(case: Case, message: Message) -> Judged:
    return judging.failed_with(case, CaseResult(case.id, "fail"), message)


def _unlike(run: Listed, expected: list[Any] | None) -> Message:
    """What is wrong with a grid's trials, the plainest first."""
    assert expected is not None
    if strange := [each for each in run.trials if not isinstance(each, dict)]:
        return Message("not_dicts", {"trial": _written(strange[0])})
    if run.count != len(expected):
        return Message("trial_count", {"trials": run.count, "wanted_trials": len(expected)})
    at = next(at for at, (one, other) in enumerate(zip(run.trials, expected, strict=False)) if one != other)
    told = {"number": at + 1, "trial": _written(run.trials[at]), "wanted_trial": _written(expected[at])}
    if len(run.trials) == run.count and _same_ones(run.trials, expected):
        return Message("trials_reordered", told)
    return Message("trial_differs", told)


def _asked_otherwise(run: Found, expected: Found) -> Message | None:
    """How the calls of the objective are not one for each trial, in order."""
    if len(run.asked) != len(expected.asked):
        return Message("objective_calls", {"calls": len(run.asked), "wanted_calls": len(expected.asked)})
    if run.asked != expected.asked:
        at = next(at for at, (one, other) in enumerate(zip(run.asked, expected.asked, strict=True)) if one != other)
        told = {"number": at + 1, "trial": _written(run.asked[at]), "wanted_trial": _written(expected.asked[at])}
        return Message("objective_order", told)
    return None


def _another_best(run: Found, expected: Found) -> Message:
    assert run.best is not None
    assert expected.best is not None
    (trial, value), (wanted_trial, wanted_value) = run.best, expected.best
    if not isinstance(trial, dict):
        told = {"quantity": "best_trial", "type": _given(trial)[1], "wanted": "one of the trials"}
        return Message("wrong_type", told)
    if _given(value)[0]:
        told = {"quantity": "best_value", "type": _given(value)[1], "wanted": "a number"}
        return Message(_given(value)[0], told)
    return Message(
        "another_best",
        {
            "trial": _written(trial),
            "wanted_trial": _written(wanted_trial),
            "value": _written(value),
            "wanted_value": _written(wanted_value),
        },
    )


def _given(value: Any) -> tuple[str, str]:
    """What plain data is instead of a number, as a message's id and in words; no id where it is one."""
    if value is None or isinstance(value, bool):
        return ("none_given", "None") if value is None else ("booleans_given", "a boolean")
    if isinstance(value, list):
        return "list_given", f"a list or an array of {len(value)}"
    if isinstance(value, dict):
        return "dict_given", "a dict"
    if isinstance(value, str) and value not in ("nan", "inf", "-inf"):  # the names of what JSON has no number for
        return "text_given", "text"
    return "", "a number"


def _same_ones(some: Sequence[Any], others: Sequence[Any]) -> bool:
    left = list(others)
    for each in some:
        if each not in left:
            return False
        left.remove(each)
    return not left


def _written(value: Any) -> str:
    """Plain data as Python writes it, a trial as keyword arguments."""
    text = (
        f"({', '.join(f'{name}={each!r}' for name, each in value.items())})" if isinstance(value, dict) else repr(value)
    )
    return text[:300]
