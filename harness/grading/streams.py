"""Optimizers: replayed gradients, judged step by step.

Results decide: every w, and the points where the gradient was asked. The inner steps a student offers only sharpen what
is said of a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from harness.grading import judge as judging
from harness.grading.expected import POINT, Reference, Trajectory
from harness.grading.judge import Comparison, Judged, Numbers, Witness
from harness.grading.replay import Replay, read_replay, reply_bytes, wire_case
from harness.grading.unasked import remark_notes
from harness.results import CaseResult, Divergence, Message
from reference import Case, Edition, Page, Stream


class Streams:
    """The form of optimizers and of epochs."""

    pairs_in_every_way = True

    def wire(self, reference: Reference, number: int) -> dict[str, Any]:
        return wire_case(reference.cases[number], reference.page)

    def reply_bytes(self, reference: Reference, number: int) -> int:
        return reply_bytes(reference.cases[number], reference.page)

    def read(self, reference: Reference, number: int, reply: Any) -> list[Replay]:
        case = reference.cases[number]
        streams = zip(reply["runs"], case.streams, strict=True)
        return [read_replay(each, case, stream, reference.page) for each, stream in streams]

    def judge(self, reference: Reference, number: int, runs: Sequence[Replay], witnesses: Sequence[Witness]) -> Judged:
        return judge(reference, number, runs, witnesses)

    def broke_off(self, run: Replay) -> bool:
        return run.problem is not None and not judging.divided_by_zero(run.problem)

    def matches(self, reference: Reference, edition: Edition, number: int, at: int, run: Replay) -> bool:
        trajectory = reference.trajectory(number, at, edition)
        done = len(run.w)
        if self.broke_off(run):
            return _agree(trajectory, run, done)
        if run.problem:
            return _agree(trajectory, run, done) and _breaks_down(trajectory, done)
        if reference.page.form == "optimizer":
            return bool((run.calls == 1).all()) and _agree(trajectory, run, done) and _bounded(trajectory, run, done)
        steps = trajectory.reach(trajectory.length)
        if run.asked != steps or not _near(run.points, trajectory, POINT, 0, steps):
            return False
        if done == steps:
            return _near(run.w, trajectory, "w", 0, steps)
        if steps == 0:  # no batch at all: w is where it started
            return np.array_equal(run.w[-1:], trajectory.start[None])
        return done == 1 and _near(run.w, trajectory, "w", steps - 1, steps)

    def tells(self, reference: Reference, edition: Edition, number: int, at: int, run: Replay) -> bool:
        steps = reference.steps[number][at]
        if run.problem or len(run.points) != steps or len(run.w) not in (1, steps):
            return True  # the reference has another number of steps altogether
        trajectory = reference.trajectory(number, at, edition)
        return any(
            judging.tells(each, trajectory.block(each.quantity, each.first, each.first + len(each.actual)))
            for each in graded(reference, number, at, run)
        )

    def agreement(self, reference: Reference, edition: Edition, number: int, at: int, run: Replay) -> int:
        trajectory = reference.trajectory(number, at, edition)
        return sum(
            name in trajectory.quantities and _near(values, trajectory, name, 0, len(values))
            for name, values in run.offered.items()
        )

    def testify(self, torch: Any, page: Page, case: Case) -> list[Mapping[str, Any]]:
        return [account(torch, page, case, stream) for stream in case.streams]


# -- judging --------------------------------------------------------------------------------------------------------


def judge(reference: Reference, number: int, replays: Sequence[Replay], witnesses: Sequence[Witness]) -> Judged:
    """One case. ``witnesses`` is empty where torch was not asked."""
    case = reference.cases[number]
    if broken := next((replay.problem for replay in replays if replay.problem), None):
        return judging.problem_of(case, broken)
    ratio = torch_ratio = 0.0
    failures = []
    for stream, replay in enumerate(replays):
        if problem := _miscounted(reference, number, stream, replay) or _narrower(case, replay):
            return Judged(CaseResult(case.id, "fail"), problem)
        comparisons = graded(reference, number, stream, replay)
        ratio = max(ratio, judging.largest(comparisons))
        witness = witnesses[stream] if witnesses else None
        if witness is not None:
            torch_ratio = max(torch_ratio, judging.largest(_beside(witness, each) for each in comparisons))
        wrong = [(each.first_wrong, each) for each in comparisons if each.first_wrong is not None]
        if wrong:
            failures.append((min(step for step, _ in wrong), stream, witness))
    kept = ratio, (torch_ratio if witnesses else None)
    if not failures:
        return Judged(CaseResult(case.id, "pass", *kept), notes=_notes(reference.page, case, replays))
    step, stream, witness = min(failures, key=lambda each: each[0])
    divergence, facts = _describe(reference, number, stream, replays[stream], step, witness)
    stood = all(_stands_still(replay, stream) for replay, stream in zip(replays, case.streams, strict=True))
    result = CaseResult(case.id, "fail", *kept, divergence)
    return Judged(result, facts=facts, gives_back="w" if stood else None)


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


def _stands_still(replay: Replay, stream: Stream) -> bool:
    return all(np.array_equal(w, stream.w) for w in replay.w)


def _narrower(case: Case, replay: Replay) -> Message | None:
    for dtype, step in replay.dtypes:
        if judging.narrower(dtype, case):
            return Message(
                "narrow_dtype",
                {"case": case.id, "step": step, "quantity": "w", "actual": dtype, "expected": case.dtype},
            )
    return None


def _notes(page: Page, case: Case, replays: Sequence[Replay]) -> tuple[Message, ...]:
    """The wider dtype a right result came in; a Python float for a single number is as good as any."""
    remarks = remark_notes(page, (replay.remarks for replay in replays))
    if any(stream.w.shape == () for stream in case.streams):
        return remarks
    seen = (dtype for replay in replays for dtype, _ in replay.dtypes)
    wider = tuple(judging.wider_note(page, case, dtype) for dtype in seen if judging.wider(dtype, case))
    return wider[:1] + remarks


def _beside(witness: Witness, comparison: Comparison) -> Comparison:
    """The student's error against torch's values instead of the reference's, in the same tolerances."""
    return replace(comparison, block=comparison.block.around(witness[comparison.quantity], comparison.first))


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
    # An offered step that is wrong while w is still right may be kept in another scale or one step late: it decides
    # nothing, but where no known mistake fits it is told.
    telling = {name: each for name, each in inner.items() if each.first_wrong is None or each.first_wrong >= step}
    compared = {POINT: results[POINT], **{name: telling[name] for name in reference.page.steps if name in telling}}
    compared["w"] = results["w"]
    quantity = next(each for each in compared.values() if each.first_wrong == step)
    at = step - quantity.first
    index = judging.first_index(~(quantity.ratios[at] <= 1))
    place = (at, *index)
    divergence = judging.divergence(
        step + 1,
        quantity.quantity,
        index,
        quantity.actual[place],
        quantity.block.value[place],
        quantity.block.tolerance[place],
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
        "earlier": [_begins(each) for name, each in inner.items() if name not in telling],
        "around": [_row(quantity, each, index, witness) for each in range(max(at - 2, 0), at + 1)],
    }
    return divergence, facts


def _begins(comparison: Comparison) -> dict[str, Any]:
    """From which step on (from 1) an inner step is not the slide's."""
    assert comparison.first_wrong is not None  # it is one of those that are wrong while w is right
    return {"quantity": comparison.quantity, "step": comparison.first_wrong + 1}


def _row(comparison: Comparison, at: int, index: tuple[int, ...], witness: Witness | None) -> dict[str, Any]:
    place, step = (at, *index), at + comparison.first
    told = None if witness is None else witness.get(comparison.quantity)
    by_torch = told[(step, *index)] if told is not None else None
    block = comparison.block
    return judging.row(comparison.actual[place], block.value[place], block.tolerance[place], by_torch, step=step + 1)


# -- matching an edition --------------------------------------------------------------------------------------------


def _agree(trajectory: Trajectory, replay: Replay, done: int) -> bool:
    """Looks at one step first and at more while they agree, since most candidates leave at once."""
    start = 0
    while start < done:
        stop = min(max(1, 4 * start), done)
        if trajectory.reach(stop) < stop:
            return False
        for quantity, numbers in (("w", replay.w), (POINT, replay.points)):
            if not _near(numbers[start:stop], trajectory, quantity, start, stop):
                return False
        start = stop
    return True


def _bounded(trajectory: Trajectory, replay: Replay, done: int) -> bool:
    """Whether the agreement says anything of a run: with all its bounds lost an edition agrees with every number."""
    finite = np.isfinite(replay.w)
    return not finite.any() or bool(np.isfinite(trajectory.block("w", 0, done).tolerance[finite]).any())


def _near(actual: Numbers, trajectory: Trajectory, quantity: str, start: int, stop: int) -> bool:
    if len(actual) != stop - start:
        return False
    return start == stop or judging.near(actual, trajectory.block(quantity, start, stop))


def _breaks_down(trajectory: Trajectory, step: int) -> bool:
    """Whether the next step holds no finite number at all, where Python's own numbers raise instead."""
    if trajectory.reach(step + 1) <= step:
        return False
    return not np.isfinite(trajectory.block("w", step, step + 1).value).any()


# -- torch ----------------------------------------------------------------------------------------------------------


def account(torch: Any, page: Page, case: Case, stream: Stream) -> dict[str, Any]:
    """The oracle's steps on one stream in float64, and the points where the gradient is asked."""
    w = torch.from_numpy(stream.w.astype(np.float64))
    grads = torch.from_numpy(stream.grads.astype(np.float64))
    order = [] if stream.order is None else [torch.from_numpy(stream.order)]
    said = page.witness(torch, w, grads, *order, **{**page.defaults, **case.hyper})
    if "point" not in said:  # asked at the w before
        said["point"] = torch.cat([w[None], said["w"][:-1]])
    return {name: values.numpy() for name, values in said.items()}
