"""What a page expects of a case: its values on numbers that carry their rounding bound.

A trajectory is computed as far as somebody looks and kept, so that expected values cost once a batch, and a mistake
that leaves the student's values at the first step costs one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.grading.bounded import EXTENDED_BITS, AmbiguousError, Bounded, Extended
from reference import Call, Case, Edition, Page, Stream

Kind = TypeVar("Kind")

C = 4
"""Tolerance in units of the derived bound. Right optimizers reach 1 and wrong ones 1e6 (grading.md); 4 leaves room on
either side. Where the platform has no extended precision the truth may be off by one bound itself, and it is 5."""

TRUTH_ERROR = 0 if EXTENDED_BITS >= 63 else 1

POINT = "point"
"""The quantity that is not a step: where the gradient was asked."""


@dataclass(frozen=True)
class Block:
    """A quantity over some steps: values and tolerances, both of shape (steps, *w.shape)."""

    value: Extended
    tolerance: Extended

    @cached_property
    def finite(self) -> bool:
        """Whether all its values are finite."""
        return bool(np.isfinite(self.value).all())

    @cached_property
    def timed(self) -> Block:
        """As if it were the one step of a run."""
        return Block(self.value[None], self.tolerance[None])

    def around(self, values: NDArray[Any], first: int | None = None) -> Block:
        """The same tolerances around torch's values, from step ``first`` on where they are those of a run; made once
        for each that a batch has."""
        key = id(values), first
        if key not in self._around:
            numbers = values[None] if first is None else values[first : first + len(self.value)]
            block = Block(numbers.astype(np.longdouble), self.tolerance)
            self._around[key] = values, block  # the values are kept, so that an id stays theirs
        return self._around[key][1]

    @cached_property
    def _around(self) -> dict[tuple[int, int | None], tuple[NDArray[Any], Block]]:
        return {}


class Trajectory:
    """One edition of a page, run on one stream of a case."""

    def __init__(self, edition: Edition, page: Page, case: Case, stream: Stream) -> None:
        self.dtype = np.dtype(case.dtype)
        self.length = len(stream.grads)
        self._points: list[Bounded] = []
        self._steps: list[Mapping[str, Bounded]] = []
        self._blocks: dict[tuple[str, int, int], Block] = {}
        self._grads = stream.grads
        hyper = {name: _carrying(value, self.dtype) for name, value in page.settings(case.hyper).items()}
        order = () if stream.order is None else (stream.order,)
        self.start = stream.w
        w = Bounded(stream.w, 0, self.dtype)
        self._moves = edition.run(w, self._batch if order else self._gradient, *order, **hyper)

    def _gradient(self, w: Bounded) -> Bounded:
        gradient = self._grads[len(self._points) % self.length]
        self._points.append(w)
        return Bounded(gradient, 0, self.dtype)

    def _batch(self, w: Bounded, batch: NDArray[Any]) -> Bounded:
        self._points.append(w)
        mean = (self._grads[batch].sum(axis=0) / len(batch)).astype(self.dtype)  # the very numbers the worker gives
        return Bounded(mean, 0, self.dtype)

    def reach(self, steps: int) -> int:
        """Go on to ``steps``, or to the end of the run if that is sooner; returns how many there are."""
        while len(self._steps) < min(steps, self.length):
            step = next(self._moves, None)
            if step is None:
                self.length = len(self._steps)  # an epoch is over when its batches are
                break
            self._steps.append(step)
        return len(self._steps)

    def block(self, quantity: str, start: int, stop: int) -> Block:
        """``quantity`` (a named step, or ``point``) from step ``start`` (from 0) to before ``stop``."""
        key = quantity, start, stop
        if key not in self._blocks:
            self._blocks[key] = self._block(*key)
        return self._blocks[key]

    def _block(self, quantity: str, start: int, stop: int) -> Block:
        self.reach(stop)
        if quantity == POINT:
            numbers = self._points[start : min(stop, len(self._steps))]
        else:
            numbers = [step[quantity] for step in self._steps[start:stop]]
        value = np.stack([number.value for number in numbers])
        bound = np.stack([number.bound for number in numbers])
        return _tolerated(value, bound, self.dtype)

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """The named steps that this edition yields."""
        self.reach(1)
        return tuple(self._steps[0]) if self._steps else ()


class Evaluation:
    """One edition of a plain function's page, evaluated on one call.

    ``blocks`` holds each named step: its value as the edition has it, and the largest tolerance of the edition and its
    twins. It is empty where the edition comes to nothing: it raised, or an outcome hangs on a rounding.
    """

    def __init__(self, edition: Edition, page: Page, case: Case, call: Call) -> None:
        self._page, self._dtype = page, np.dtype(case.dtype)
        self._args = {name: _carrying(value, self._dtype) for name, value in call.args.items()}
        self._settings = {name: _carrying(value, self._dtype) for name, value in page.settings(case.hyper).items()}
        self._edition = edition

    def _values(self, edition: Edition) -> Mapping[str, Block]:
        try:
            values = self._page.evaluate(edition, self._args, self._settings)
        except Exception:  # an edition that broadcasts what does not fit, indexes what is not there, …
            return {}
        return {name: _block(value, self._dtype) for name, value in values.items()}

    @cached_property
    def blocks(self) -> Mapping[str, Block]:
        return _widened(self._values(self._edition), map(self._values, self._edition.twins))

    @cached_property
    def loose(self) -> Sequence[tuple[str, Mapping[str, Block]]]:
        """By note: the same values with the tolerances of a form that loses digits."""
        return [(note, _widened(self.blocks, [self._values(edition)])) for note, edition in self._edition.loose]


def _carrying(value: Any, dtype: np.dtype[Any]) -> Any:
    """An argument as the page computes on it: what is floating carries its bound, the rest is as it is."""
    if isinstance(value, np.ndarray):
        return Bounded.of(value, dtype) if value.dtype.kind == "f" else value
    return Bounded.of(value, dtype) if isinstance(value, float) else value


def _block(value: Any, dtype: np.dtype[Any]) -> Block:
    """A value of a plain function and its tolerance. What is whole is exact."""
    if isinstance(value, Bounded):
        return _tolerated(value.value, value.bound, dtype)
    return Block(np.asarray(value, np.longdouble), np.zeros(np.shape(value), np.longdouble))


def _tolerated(value: Extended, bound: Extended, dtype: np.dtype[Any]) -> Block:
    """Tolerances from bounds. A number that the page computes exactly may be a rounding off in another right form
    (lr · e⁰ as e^(log lr)); only a 0 is exactly 0 in all of them."""
    unit = np.longdouble(np.finfo(dtype).eps) / 2
    with np.errstate(invalid="ignore"):
        tolerance = C * unit * np.maximum(bound, np.abs(value)) + TRUTH_ERROR * unit * bound
    return Block(value, np.where(np.isnan(tolerance), np.inf, tolerance))  # inf − inf: the bound is lost


def _widened(blocks: Mapping[str, Block], others: Iterable[Mapping[str, Block]]) -> Mapping[str, Block]:
    """The same values with the largest tolerance of all forms of them. A form that comes to nothing, or with a mistake
    in it to another shape, adds none."""
    widest = dict(blocks)
    for other in others:
        for name, block in widest.items():
            if name in other and other[name].tolerance.shape == block.tolerance.shape:
                widest[name] = Block(block.value, np.maximum(block.tolerance, other[name].tolerance))
    return widest


class Reference:
    """One page with its cases drawn, and everything expected of it that anybody asked for."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page, self._seed = page, seed
        self._slide = page.slide_edition
        self.cases = page.draw(seed)
        self._expected: dict[tuple[object, int, int, int], Any] = {}
        self._bounded: set[tuple[int, int]] = set()
        self._editions: dict[int, Edition] = {}  # keeps them alive, so that an id stays one edition's

    @cached_property
    def in_float32(self) -> Reference:
        """The same inputs, with the tolerances of code that computes on all of them in float32."""
        single = Reference(self.page, self._seed)
        single.cases = tuple(replace(case, dtype="float32") for case in self.cases)
        return single

    def expected(self, kind: Callable[..., Kind], case: int, at: int, edition: Edition | None = None) -> Kind:
        """What the slide's edition, or another, comes to in run ``at`` of a case (both by number), made once by
        ``kind(edition, page, case, run)``."""
        edition = edition or self._slide
        key = kind, id(edition), case, at
        if key not in self._expected:
            self._editions[id(edition)] = edition
            chosen = self.cases[case]
            self._expected[key] = kind(edition, self.page, chosen, chosen.runs[at])
        return self._expected[key]  # type: ignore[no-any-return]  # made by kind, under a key that holds it

    def know(self, case: int, stream: int, trajectory: Trajectory) -> None:
        """Take the slide's trajectory on a stream of a case (both by number) from elsewhere."""
        self._expected[Trajectory, id(self.page.slide_edition), case, stream] = trajectory

    def trajectory(self, case: int, stream: int, edition: Edition | None = None) -> Trajectory:
        """The slide's trajectory, or another edition's, on a stream of a case (both by number)."""
        return self.expected(Trajectory, case, stream, edition)

    def evaluation(self, case: int, call: int, edition: Edition | None = None) -> Evaluation:
        """The slide's values, or another edition's, for a call of a case (both by number).

        Raises :class:`AmbiguousError` where the slide's own have no bound: such a case would accept every number.
        """
        found = self.expected(Evaluation, case, call, edition)
        if edition is None and (case, call) not in self._bounded:
            results = [found.blocks[name] for name in self.page.results if name in found.blocks]
            whole = len(results) == len(self.page.results)
            if not whole or not all((np.isfinite(b.value) & np.isfinite(b.tolerance)).all() for b in results):
                raise AmbiguousError(f"{self.page.id}: case {self.cases[case].id} has no bound on its result")
            self._bounded.add((case, call))
        return found

    @cached_property
    def steps(self) -> tuple[tuple[int, ...], ...]:
        """How many steps each stream of each case has.

        Raises :class:`AmbiguousError` for a case that bounds nothing: it would accept every number.
        """
        return tuple(
            tuple(self._judgeable(at, number) for number in range(len(case.streams)))
            for at, case in enumerate(self.cases)
        )

    def _judgeable(self, case: int, stream: int) -> int:
        """The steps of a stream, each of which must expect finite numbers within finite tolerances."""
        trajectory = self.trajectory(case, stream)
        steps = trajectory.reach(trajectory.length)
        for quantity in (POINT, "w"):
            block = trajectory.block(quantity, 0, steps)
            if not (np.isfinite(block.value) & np.isfinite(block.tolerance)).all():
                raise AmbiguousError(f"{self.page.id}: case {self.cases[case].id} has no bound on {quantity}")
        return steps
