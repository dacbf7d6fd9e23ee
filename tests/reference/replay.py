"""Run a page on a case without the grader: plain arrays, the case's own gradients or arguments, every step kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference import Call, Case, Edition, Page, Stream, pages
from reference.cases import Watched
from reference.spec import Steps

SEED = 8

ROUNDINGS = 64
"""How far torch, by an oracle or an optimizer, may be from a page, in round-offs of the way an element has gone.

Each of the two sums up to 40 terms in an order of its own and rounds a few operations in each; they meet within 13.
The hyper-parameters' own rounding cancels: both start from the same floats.
"""

CLEAR = 1e-3
"""A relative difference that no rounding explains, in float32 either."""


@dataclass(frozen=True)
class Walk:
    """Where a run started, what it yielded, and the points at which it asked for the gradient."""

    start: NDArray[Any]
    yields: list[dict[str, Any]]
    points: list[Any]

    def stacked(self, step: str) -> NDArray[Any]:
        """One named step over time; ``point`` is where the gradient was asked."""
        values = self.points if step == "point" else [each[step] for each in self.yields]
        return np.array(values).reshape(-1, *self.start.shape)

    def origin(self, step: str) -> NDArray[Any]:
        """What a named step was before the first one: state starts at zero, w and the point at w."""
        return self.start if step in {"w", "point"} else np.zeros_like(self.start)


@dataclass(frozen=True)
class Answer:
    """What one call of a plain function's page came to, and which of its named steps are results."""

    values: dict[str, Any]
    results: tuple[str, ...]


def arguments(call: Call, dtype: str = "float64") -> dict[str, Any]:
    """A call's arguments, floating arrays in the given dtype."""
    floating = {name: each for name, each in call.args.items() if getattr(each, "dtype", None) in (float, np.float32)}
    return {**call.args, **{name: each.astype(dtype) for name, each in floating.items()}}


def answer(page: Page, edition: Edition, case: Case, call: Call, dtype: str = "float64") -> Answer:
    """One call of a page, after the page whose own object it takes, if there is one.

    What an objective is called with is a result as well.
    """
    if page.form == "objective":
        watched = Watched(call.args["objective"])
        values = page.evaluate(edition, {**call.args, "objective": watched}, {})
        return Answer({**values, "asked": watched.asked}, (*page.results, "asked"))
    with np.errstate(all="ignore"):  # mistakes divide by zero
        return Answer(page.evaluate(edition, arguments(call, dtype), page.settings(case.hyper)), page.results)


def replay(run: Callable[..., Steps], case: Case, stream: Stream, dtype: str = "float64") -> Walk:
    """Feed a generator the stream's gradients in the given dtype, whatever points it asks for."""
    w, grads = stream.w.astype(dtype), stream.grads.astype(dtype)
    fresh, points = iter(grads), []

    def grad(w: Any, batch: Any = None) -> Any:
        points.append(w)
        return next(fresh) if batch is None else grads[batch].mean(axis=0)

    order = () if stream.order is None else (stream.order,)
    with np.errstate(all="ignore"):  # mistakes divide by zero
        yields = list(islice(run(w, grad, *order, **case.hyper), len(grads)))
    return Walk(w, yields, points)


@cache
def walks(page_id: str, variant: str = "", way: int = 0) -> tuple[Walk | Answer, ...]:
    """A page over all its cases, streams and calls: the slide's own, or one way of making a variant."""
    page = pages()[page_id]
    edition = page.edition(*((known, way) for known in page.variants if known.id == variant))
    assert edition is not None
    return tuple(
        replay(edition.run, case, run) if isinstance(run, Stream) else answer(page, edition, case, run)
        for case in page.draw(SEED)
        for run in case.runs
    )


def separation(ours: Walk | Answer, theirs: Walk | Answer) -> float:
    """The largest gap in a result: each element of w and of the points relative to how far it has been from zero by
    then, that of a function to its size, or a billionth of the largest."""
    if isinstance(ours, Answer):
        assert isinstance(theirs, Answer)
        return max(unlike(ours.values[name], theirs.values[name]) for name in ours.results)
    assert isinstance(theirs, Walk)
    return max(_gap(ours.stacked(step), theirs.stacked(step)) for step in ("w", "point"))


def unlike(a: Any, b: Any) -> float:
    """How far apart two results are; plain data and shapes are equal or not."""
    if not all(hasattr(each, "dtype") or isinstance(each, float) for each in (a, b)):
        return 0.0 if a == b else np.inf
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return np.inf
    with np.errstate(all="ignore"):
        size = np.fmax(np.abs(a), np.abs(b))
        size = np.fmax(size, 1e-9 * np.max(size, initial=0, where=np.isfinite(size)))
        gap = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.abs(a - b) / size)
    return float(np.nan_to_num(gap, nan=np.inf).max(initial=0))


def _gap(a: NDArray[Any], b: NDArray[Any]) -> float:
    if a.shape != b.shape:
        return np.inf
    with np.errstate(all="ignore"):
        far = np.fmax.accumulate(np.fmax(np.abs(a), np.abs(b)), axis=0)
        gap = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, np.abs(a - b) / far)
    return float(np.nan_to_num(gap, nan=np.inf).max(initial=0))


def excess(ours: Walk, step: str, theirs: NDArray[Any]) -> float:
    """The largest disagreement on a step, in units of round-off of the way the element has gone so far.

    That way, the sum of all its changes, is the element's own scale: rounding in every step of a sum is at most a
    round-off of it, however small the sum ends up.
    """
    values, origin = ours.stacked(step), ours.origin(step)[None]
    assert values.shape == theirs.shape
    way = np.abs(origin) + np.cumsum(np.abs(np.diff(values, axis=0, prepend=origin)), axis=0)
    gap, unit = np.abs(values - theirs), np.finfo(values.dtype).eps * way
    with np.errstate(all="ignore"):
        return float(np.nan_to_num(np.where(gap == 0, 0, gap / unit), nan=np.inf).max())
