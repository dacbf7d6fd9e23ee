"""What judging means, whatever is judged: numbers beside what is expected of them, and what a case comes to.

A number is right when its error is within its tolerance; written ``error <= tolerance``, never
``not error > tolerance``, so that a NaN is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.grading.expected import Block, C
from harness.grading.unasked import GIVEN, SHAPES, misshapen
from harness.results import CaseResult, Divergence, Message, Status
from reference import Case, Page

Numbers = NDArray[Any]

Witness = Mapping[str, Numbers]
"""torch's account of one run: named steps, over time where there is any, and where the gradient is asked."""

MATCH = 64 / C
"""How many tolerances a mistake's values may be off: right code for a wrong formula comes in forms as well, but no
page lists them. A wrong name is prevented by asking for every case, not by a tight bound."""

PROBLEMS: Mapping[str, Status] = {
    "raised": "error",
    "not_started": "error",
    "signature": "error",
    "no_step": "error",
    "grad_not_called": "error",
    "not_iterator": "error",
    "memory": "memory",
    "forbidden": "forbidden",
    "stopped_early": "fail",
    **dict.fromkeys(GIVEN, "fail"),
    "wrong_shape": "fail",
    "no_w": "fail",
    "returns_nothing": "fail",
    "returns_other": "fail",
    "returns_order": "fail",
    "needs": "fail",
    "not_uniform": "fail",
    "not_trials": "fail",
    "other_names": "fail",
}
"""What a worker may report in place of numbers, each the id of a message, and what it makes of its case."""

_LONGEST, _MOST, _DEEPEST = 1000, 20, 4
"""What a worker may tell of a problem: characters of a text, things in a list, lists within lists."""

_WIDTH = {"float16": 16, "bfloat16": 16, "float32": 32, "float64": 64, "longdouble": 80, "float128": 128}


@dataclass(frozen=True)
class Judged:
    """One case: the result that is kept, and what a message needs beyond it. ``notes`` cost nothing; ``gives_back``
    names the argument that came back as it was."""

    result: CaseResult
    problem: Message | None = None
    facts: Mapping[str, Any] | None = None
    notes: tuple[Message, ...] = ()
    gives_back: str | None = None

    @property
    def passed(self) -> bool:
        return self.result.status == "pass"


@dataclass(frozen=True)
class Comparison:
    """A quantity of one stream beside what is expected of it, from step ``first`` (from 0) on."""

    quantity: str
    first: int
    actual: Numbers
    block: Block

    @cached_property
    def ratios(self) -> Numbers:
        """Error in units of the tolerance, elementwise; infinite where only one side is finite."""
        return error_ratios(self.actual, self.block)

    @cached_property
    def largest(self) -> Any:
        """The largest ratio, as exact as they are."""
        return self.ratios.max(initial=0)

    @cached_property
    def first_wrong(self) -> int | None:
        """The first step (from 0) with a wrong element."""
        if self.largest <= 1:
            return None
        wrong = np.flatnonzero(_any_element(~(self.ratios <= 1)))
        return int(wrong[0]) + self.first if len(wrong) else None


def error_ratios(actual: Numbers, block: Block) -> Numbers:
    """|actual − expected| in tolerances. Where either is not finite they must agree in kind, or it is infinite."""
    with np.errstate(all="ignore"):
        error = np.abs(actual - block.value)
        ratio = np.where(error == 0, 0, error / block.tolerance)
        if block.finite and np.isfinite(actual).all():
            return ratio
        same = (actual == block.value) | (np.isnan(actual) & np.isnan(block.value))
        return np.asarray(np.where(np.isfinite(actual) & np.isfinite(block.value), ratio, np.where(same, 0, np.inf)))


def _any_element(wrong: Numbers) -> Numbers:
    return np.asarray(wrong.reshape(len(wrong), -1).any(axis=1))


def near(actual: Numbers, block: Block) -> bool:
    """Within :data:`MATCH`. What is not finite in one must not be finite in both; a lost bound asks for nothing."""
    finite = np.isfinite(actual) & np.isfinite(block.value)
    close = finite & ((error_ratios(actual, block) <= MATCH) | np.isinf(block.tolerance))
    return bool((close | (~np.isfinite(actual) & ~np.isfinite(block.value))).all())


def tells(comparison: Comparison, block: Block) -> bool:
    """Whether a match with ``block`` says anything: some number that is wrong for the slide would be wrong for this
    edition too, had it been the slide's."""
    actual = comparison.actual
    apart = error_ratios(actual, comparison.block) > 1
    sharp = ~np.isfinite(block.value) | (MATCH * block.tolerance < np.abs(actual - comparison.block.value))
    return bool((apart & sharp).any())


def read_problem(reply: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The problem that a run ended in, cut to what a message can hold; None where it ended in numbers.

    Raises KeyError, TypeError or ValueError where it is none that a worker of ours tells.
    """
    problem = reply["problem"]
    if problem is None:
        return None
    if problem["kind"] not in PROBLEMS:
        raise ValueError("a problem of no known kind")
    return {name: value for name, value in _cut(problem, _DEEPEST).items() if name not in ("case", "why")}


def _cut(value: Any, depth: int) -> Any:
    """Plain data as a worker's own is: texts, lists and dicts of a size, and not deep."""
    if depth < 0:
        raise ValueError("a problem with lists within lists")
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, Mapping):
        return {str(name)[:_LONGEST]: _cut(each, depth - 1) for name, each in list(value.items())[:_MOST]}
    if isinstance(value, list):
        return [_cut(each, depth - 1) for each in value[:_MOST]]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(f"a problem with {type(value).__name__}")


def problem_of(case: Case, problem: Mapping[str, Any]) -> Judged:
    """A case that ended in a problem instead of numbers."""
    params = {key: value for key, value in problem.items() if key != "kind"}
    kind = problem["kind"]
    told = misshapen(params.get("actual"), params.get("expected")) if kind == "wrong_shape" else kind
    return Judged(CaseResult(case.id, PROBLEMS[kind]), Message(told, {"case": case.id, "why": case.why, **params}))


def most_telling(judged: Sequence[Judged]) -> Judged:
    """Of failing cases the one to tell of: a result of another type or shape says more than any wrong number, and most
    where an array was asked for. Else the first."""
    unasked = [each for each in judged if each.problem is not None and each.problem.id in (*GIVEN, *SHAPES)]
    return next(filter(_of_array, unasked), (unasked or judged)[0])


def _of_array(judged: Judged) -> bool:
    params = judged.problem.params if judged.problem else {}
    return params.get("expected") != [] and params.get("wanted") != "a number"


def failed_with(case: Case, result: CaseResult, message: Message) -> Judged:
    """A case that fails in a way of its own, which is told beside a known mistake that explains it."""
    place = {"case": case.id, "why": case.why}
    facts = {**place, "seen": {"id": message.id, "params": dict(message.params)}}
    return Judged(result, Message(message.id, {**place, **message.params}), facts)


def divided_by_zero(problem: Mapping[str, Any]) -> bool:
    """Whether an exception is what a formula comes to in Python's own numbers, where arrays have an inf or a NaN."""
    return problem["kind"] == "raised" and problem.get("type") in ("ZeroDivisionError", "FloatingPointError")


def narrower(dtype: str, case: Case) -> bool:
    """Whether a result came in less precision than its input has."""
    return _WIDTH.get(dtype, 0) < _WIDTH[case.dtype]


def wider(dtype: str, case: Case) -> bool:
    return _WIDTH.get(dtype, 0) > _WIDTH[case.dtype]


def wider_note(page: Page, case: Case, dtype: str) -> Message:
    """A right result in more precision than its input has costs nothing."""
    argument = (page.inner if page.form == "layer" else page.arguments)[0]
    return Message("wider_dtype", {"algorithm": page.id, "actual": dtype, "expected": case.dtype, "argument": argument})


def largest(comparisons: Iterable[Comparison]) -> float:
    """The largest of all ratios."""
    return max((float(each.largest) for each in comparisons), default=0.0)


def first_index(wrong: Numbers) -> tuple[int, ...]:
    """The first place, in C's order, where ``wrong`` holds."""
    return tuple(int(n) for n in np.unravel_index(int(np.argmax(wrong)), wrong.shape)) if wrong.shape else ()


def divergence(
    step: int, quantity: str, index: tuple[int, ...], actual: Any, expected: Any, tolerance: Any
) -> Divergence:
    """One wrong number, as the results keep it."""
    return Divergence(
        step=step,
        quantity=quantity,
        index=index,
        expected=float(expected),
        actual=float(actual),
        error=float(abs(actual - expected)),
        tolerance=float(tolerance),
    )


def row(actual: Any, expected: Any, tolerance: Any, torch: Any, **place: Any) -> dict[str, Any]:
    """One number of those that a message shows around the first wrong one."""
    return {
        **place,
        "expected": float(expected),
        "torch": None if torch is None else float(torch),
        "actual": float(actual),
        "error": float(abs(actual - expected)),
        "tolerance": float(tolerance),
    }
