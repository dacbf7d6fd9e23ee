"""Comparing what a student's code did with what is expected, one case at a time.

A number is right when its error is within its tolerance; written ``error <= tolerance``, never
``not error > tolerance``, so that a NaN is wrong. Results decide: every w, and the points where the gradient was asked.
The inner steps a student offers only sharpen what is said of a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.grading.expected import POINT, Block, Reference
from harness.grading.replay import Numbers, Replay
from harness.results import CaseResult, Divergence, Message, Status
from reference import Case, Stream

Witness = Mapping[str, Numbers]
"""torch's account of one stream: named steps, and where the gradient is asked, over time."""

_WIDTH = {"float16": 16, "bfloat16": 16, "float32": 32, "float64": 64, "longdouble": 80, "float128": 128}

_STATUS: Mapping[str, Status] = {
    "raised": "error",
    "not_started": "error",
    "signature": "error",
    "no_step": "error",
    "not_iterator": "error",
    "memory": "memory",
}
"""What a problem in the worker makes of its case, where not a plain failure."""


@dataclass(frozen=True)
class Judged:
    """One case: the result that is kept, and what a message needs beyond it."""

    result: CaseResult
    problem: Message | None = None
    facts: Mapping[str, Any] | None = None
    wider: str | None = None

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
    def first_wrong(self) -> int | None:
        """The first step (from 0) with a wrong element."""
        wrong = np.flatnonzero(_any_element(~(self.ratios <= 1)))
        return int(wrong[0]) + self.first if len(wrong) else None


def error_ratios(actual: Numbers, block: Block) -> Numbers:
    """|actual − expected| in tolerances. Where either is not finite they must agree in kind, or it is infinite."""
    with np.errstate(all="ignore"):
        error = np.abs(actual.astype(np.longdouble) - block.value)
        ratio = np.where(error == 0, 0, error / block.tolerance)
        same = (actual == block.value) | (np.isnan(actual) & np.isnan(block.value))
        return np.asarray(np.where(np.isfinite(actual) & np.isfinite(block.value), ratio, np.where(same, 0, np.inf)))


def _any_element(wrong: Numbers) -> Numbers:
    return np.asarray(wrong.reshape(len(wrong), -1).any(axis=1))


def judge(reference: Reference, number: int, replays: list[Replay], witnesses: list[Witness]) -> Judged:
    """One case. ``witnesses`` is empty where torch was not asked."""
    case = reference.cases[number]
    if broken := next((replay.problem for replay in replays if replay.problem), None):
        params = {key: value for key, value in broken.items() if key != "kind"}
        result = CaseResult(case.id, _STATUS.get(broken["kind"], "fail"))
        return Judged(result, Message(broken["kind"], {"case": case.id, **params}))
    ratio = torch_ratio = 0.0
    failures = []
    for stream, replay in enumerate(replays):
        if problem := _miscounted(reference, number, stream, replay) or _narrower(case, replay):
            return Judged(CaseResult(case.id, "fail"), problem)
        comparisons = graded(reference, number, stream, replay)
        ratio = max([ratio, *(_largest(each.ratios) for each in comparisons)])
        witness = witnesses[stream] if witnesses else None
        if witness is not None:
            torch_ratio = max([torch_ratio, *(_largest(_beside(witness, each)) for each in comparisons)])
        wrong = [(each.first_wrong, each) for each in comparisons if each.first_wrong is not None]
        if wrong:
            failures.append((min(step for step, _ in wrong), stream, witness))
    kept = ratio, (torch_ratio if witnesses else None)
    if not failures:
        return Judged(CaseResult(case.id, "pass", *kept), wider=_wider(case, replays))
    step, stream, witness = min(failures, key=lambda each: each[0])
    divergence, facts = _describe(reference, number, stream, replays[stream], step, witness)
    return Judged(CaseResult(case.id, "fail", *kept, divergence), facts=facts)


def graded(reference: Reference, number: int, stream: int, replay: Replay) -> list[Comparison]:
    """The comparisons that decide: where the gradient was asked, then w, step by step."""
    trajectory = reference.trajectory(number, stream)
    steps = reference.steps[number][stream]
    first = steps - 1 if len(replay.w) == 1 else 0  # an epoch may give the last w only
    return [
        Comparison(POINT, 0, replay.points[:steps], trajectory.block(POINT, 0, min(steps, len(replay.points)))),
        Comparison("w", first, replay.w, trajectory.block("w", first, steps)),
    ]


def _miscounted(reference: Reference, number: int, stream: int, replay: Replay) -> Message | None:
    """A wrong number of steps or of calls of grad, or a point that is no array of w's shape."""
    case, steps = reference.cases[number].id, reference.steps[number][stream]
    if _yields_first(replay, reference.cases[number].streams[stream]):
        return Message("yields_first", {"case": case})
    if len(replay.w) > steps:
        return Message("too_many_steps", {"case": case, "steps": steps})
    if len(replay.w) not in (1, steps):
        return Message("stopped_early", {"case": case, "step": len(replay.w) + 1, "steps": steps})
    wanted = np.ones(steps, int) if len(replay.w) == steps else np.array([steps])
    if len(odd := np.flatnonzero(replay.calls != wanted)):
        at = int(odd[0])
        return Message(
            "grad_calls", {"case": case, "step": at + 1, "calls": int(replay.calls[at]), "wanted": int(wanted[at])}
        )
    if len(replay.points) < steps:
        return Message("bad_point", {"case": case, "step": len(replay.points) + 1})
    return None


def _yields_first(replay: Replay, stream: Stream) -> bool:
    """Whether the first w is the one it was given, and the steps come after it."""
    if len(replay.w) < 2 or replay.calls[0] != 0 or (replay.calls[1:] != 1).any():
        return False
    return np.array_equal(replay.w[0], stream.w)


def _narrower(case: Case, replay: Replay) -> Message | None:
    for dtype, step in replay.dtypes:
        if _WIDTH.get(dtype, 0) < _WIDTH[case.dtype]:
            return Message("narrow_dtype", {"case": case.id, "step": step, "actual": dtype, "expected": case.dtype})
    return None


def _wider(case: Case, replays: list[Replay]) -> str | None:
    """The wider dtype a right result came in; a Python float for a single number is as good as any."""
    if any(stream.w.shape == () for stream in case.streams):
        return None
    seen = (dtype for replay in replays for dtype, _ in replay.dtypes)
    return next((dtype for dtype in seen if _WIDTH.get(dtype, 0) > _WIDTH[case.dtype]), None)


def _largest(ratios: Numbers) -> float:
    return float(ratios.max(initial=0))


def _beside(witness: Witness, comparison: Comparison) -> Numbers:
    """The student's error against torch's values instead of the reference's, in the same tolerances."""
    values = witness[comparison.quantity][comparison.first :][: len(comparison.actual)]
    return error_ratios(comparison.actual, Block(values.astype(np.longdouble), comparison.block.tolerance))


def _describe(
    reference: Reference, number: int, stream: int, replay: Replay, step: int, witness: Witness | None
) -> tuple[Divergence, dict[str, Any]]:
    """The first wrong quantity of the first wrong step, and what else a message tells of it."""
    case = reference.cases[number]
    trajectory = reference.trajectory(number, stream)
    results = {each.quantity: each for each in graded(reference, number, stream, replay)}
    inner = {
        name: Comparison(name, 0, values, trajectory.block(name, 0, len(values)))
        for name, values in replay.offered.items()
        if name in trajectory.quantities
    }
    # An offered step that is wrong while w is still right is kept in another scale or one step late: it says nothing.
    telling = {name: each for name, each in inner.items() if each.first_wrong is None or each.first_wrong >= step}
    compared = {POINT: results[POINT], **{name: telling[name] for name in reference.page.steps if name in telling}}
    compared["w"] = results["w"]
    quantity = next(each for each in compared.values() if each.first_wrong == step)
    at = step - quantity.first
    index = _first_index(~(quantity.ratios[at] <= 1))
    place = (at, *index)
    divergence = Divergence(
        step=step + 1,
        quantity=quantity.quantity,
        index=index,
        expected=float(quantity.block.value[place]),
        actual=float(quantity.actual[place]),
        error=float(abs(quantity.actual[place] - quantity.block.value[place])),
        tolerance=float(quantity.block.tolerance[place]),
    )
    facts = {
        "case": case.id,
        "why": case.why,
        "dtype": case.dtype,
        "hyper": dict(case.hyper),
        "step": step + 1,
        "quantity": quantity.quantity,
        "index": list(index),
        "right": [name for name, each in telling.items() if name != "w" and each.first_wrong is None],
        "around": [_row(quantity, each, index, witness) for each in range(max(at - 2, 0), at + 1)],
    }
    return divergence, facts


def _row(comparison: Comparison, at: int, index: tuple[int, ...], witness: Witness | None) -> dict[str, Any]:
    place = (at, *index)
    value, actual = comparison.block.value[place], comparison.actual[place]
    told = None if witness is None else witness.get(comparison.quantity)
    step = at + comparison.first
    return {
        "step": step + 1,
        "expected": float(value),
        "torch": float(told[(step, *index)]) if told is not None else None,
        "actual": float(actual),
        "error": float(abs(actual - value)),
        "tolerance": float(comparison.block.tolerance[place]),
    }


def _first_index(wrong: NDArray[Any]) -> tuple[int, ...]:
    return tuple(int(n) for n in np.unravel_index(int(np.argmax(wrong)), wrong.shape)) if wrong.shape else ()
