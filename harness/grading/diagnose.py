"""Finding the known mistake whose values a student's are, by running it.

Every mistake and dialect of the page is executable. One is named only where it explains **all** cases, failing and
passing alike; a case that ended in a problem of another kind, an exception say, has only to agree up to there. Single
ones are tried first, then two dialects, then a mistake under a dialect, then two mistakes: the smaller explanation
wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from harness.grading.expected import POINT, C, Reference, Trajectory
from harness.grading.judge import Judged, error_ratios, graded
from harness.grading.replay import Numbers, Replay
from reference import Edition, Variant

MATCH = 64 / C
"""How many tolerances a mistake's values may be off: right code for a wrong formula comes in forms as well, but no
page lists them. A wrong name is prevented by asking for every case, not by a tight bound."""

Choice = tuple[Variant, int]


@dataclass(frozen=True)
class Finding:
    """The variants that together explain every case, the named one first, and what explains them as well.

    ``unexplained`` numbers the cases that ended in a problem of another kind.
    """

    variants: tuple[Variant, ...]
    touched: tuple[str, ...]
    also: tuple[str, ...] = ()
    unexplained: frozenset[int] = frozenset()

    @property
    def named(self) -> Variant:
        return self.variants[0]


def diagnose(reference: Reference, replays: Sequence[list[Replay]], judged: Sequence[Judged]) -> Finding | None:
    """The smallest explanation of a failing submission, or None. ``replays`` and ``judged`` go by case."""
    broken = frozenset(case for case, streams in enumerate(replays) if any(map(_broke_off, streams)))
    order = sorted(range(len(judged)), key=lambda at: (judged[at].passed, at in broken))  # the most telling first
    if judged[order[0]].passed or order[0] in broken:
        return None
    for size in (_singles, _two_dialects, _under_a_dialect, _two_mistakes):
        fitting = []
        for choices in size(reference.page.variants):
            edition = reference.page.edition(*choices)
            if edition and _explains(reference, edition, order, replays, judged):
                fitting.append((tuple(variant for variant, _ in choices), edition))
        if fitting:
            variants, edition = fitting[0]
            others = {each.id: None for found, _ in fitting for each in found[:1] if each.id != variants[0].id}
            return Finding(variants, edition.touched, tuple(others), broken)
    return None


def _ways(variants: Sequence[Variant], kind: str) -> list[Choice]:
    return [(variant, way) for variant in variants if variant.kind == kind for way in range(len(variant.edits))]


def _singles(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    for choice in [*_ways(variants, "dialect"), *_ways(variants, "mistake")]:
        yield (choice,)


def _under_a_dialect(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    for mistake in _ways(variants, "mistake"):
        for dialect in _ways(variants, "dialect"):
            yield mistake, dialect


def _two_dialects(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    return _pairs(_ways(variants, "dialect"))


def _two_mistakes(variants: Sequence[Variant]) -> Iterator[tuple[Choice, ...]]:
    return _pairs(_ways(variants, "mistake"))


def _pairs(choices: Sequence[Choice]) -> Iterator[tuple[Choice, ...]]:
    for first, second in combinations(choices, 2):
        if first[0].id != second[0].id:
            yield first, second


def _explains(
    reference: Reference,
    edition: Edition,
    order: Sequence[int],
    replays: Sequence[list[Replay]],
    judged: Sequence[Judged],
) -> bool:
    telling = False
    for case in order:
        for stream, replay in enumerate(replays[case]):
            trajectory = reference.trajectory(case, stream, edition)
            if not _matches(trajectory, replay, reference.page.form):
                return False
            if not judged[case].passed and not _broke_off(replay):
                telling = telling or _tells(reference, trajectory, case, stream, replay)
    return telling


def _matches(trajectory: Trajectory, replay: Replay, form: str) -> bool:
    """Whether the student's run is this trajectory."""
    done = len(replay.w)
    if _broke_off(replay):
        return _agree(trajectory, replay, done)
    if replay.problem:
        return _agree(trajectory, replay, done) and _breaks_down(trajectory, done)
    if form == "optimizer":
        return bool((replay.calls == 1).all()) and _agree(trajectory, replay, done)
    steps = trajectory.reach(trajectory.length)
    if replay.asked != steps or not _near(replay.points, trajectory, POINT, 0, steps):
        return False
    if done == steps:
        return _near(replay.w, trajectory, "w", 0, steps)
    if steps == 0:  # no batch at all: w is where it started
        return np.array_equal(replay.w[-1:], trajectory.start[None])
    return done == 1 and _near(replay.w, trajectory, "w", steps - 1, steps)


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


def _near(actual: Numbers, trajectory: Trajectory, quantity: str, start: int, stop: int) -> bool:
    """Within :data:`MATCH`. What is not finite in one must not be finite in both; a lost bound asks for nothing."""
    if len(actual) != stop - start:
        return False
    if start == stop:
        return True
    block = trajectory.block(quantity, start, stop)
    finite = np.isfinite(actual) & np.isfinite(block.value)
    near = finite & ((error_ratios(actual, block) <= MATCH) | np.isinf(block.tolerance))
    return bool((near | (~np.isfinite(actual) & ~np.isfinite(block.value))).all())


def _tells(reference: Reference, trajectory: Trajectory, case: int, stream: int, replay: Replay) -> bool:
    """Whether the match says anything: some number that is wrong for the slide would be wrong for this edition too,
    had it been the slide's."""
    steps = reference.steps[case][stream]
    if replay.problem or len(replay.points) != steps or len(replay.w) not in (1, steps):
        return True  # the reference has another number of steps altogether
    for each in graded(reference, case, stream, replay):
        block = trajectory.block(each.quantity, each.first, each.first + len(each.actual))
        apart = error_ratios(each.actual, each.block) > 1
        sharp = ~np.isfinite(block.value) | (MATCH * block.tolerance < np.abs(each.actual - each.block.value))
        if (apart & sharp).any():
            return True
    return False


def _broke_off(replay: Replay) -> bool:
    """Whether a run ended in a problem that no formula accounts for; a division by zero may be a formula's."""
    return replay.problem is not None and not _divided_by_zero(replay.problem)


def _divided_by_zero(problem: Mapping[str, Any]) -> bool:
    return problem["kind"] == "raised" and problem.get("type") in ("ZeroDivisionError", "FloatingPointError")


def _breaks_down(trajectory: Trajectory, step: int) -> bool:
    """Whether the next step holds no finite number at all, where Python's own numbers raise instead."""
    if trajectory.reach(step + 1) <= step:
        return False
    return not np.isfinite(trajectory.block("w", step, step + 1).value).any()
