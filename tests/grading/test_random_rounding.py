"""No rule was forgotten: every page, and every right form that it lists, under random rounding, on its own cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from harness.grading.bounded import EXTENDED_BITS
from harness.grading.expected import POINT, Block, C, Reference
from harness.grading.judge import error_ratios
from reference import Case, Edition, Page, pages
from tests.corpus.forms import reference
from tests.grading.shaken import Shaken

FLOATING = [page for page in pages().values() if page.form in ("optimizer", "epoch", "function")]

FARTHER = 2
"""Rounding to the farther neighbour is at most twice as far off as rounding to the nearest."""


def shaken_as(case: Case, rng: np.random.Generator) -> Any:
    """How a value is handed to a page: floating arrays, and hyper-parameters of any size, as numbers that shake."""

    def shaken(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return Shaken(value, rng, case.dtype) if value.dtype.kind == "f" else value
        return Shaken(0, rng, case.dtype).round(value) if isinstance(value, float) else value

    return shaken


def errors(reference: Reference, number: int, rng: np.random.Generator) -> Iterator[float]:
    """The largest error of each run of a case, and of each right form, in tolerances."""
    page, case = reference.page, reference.cases[number]
    for at in range(len(case.runs)):
        if page.form == "function":
            blocks = reference.evaluation(number, at).blocks
            for edition in (page.slide_edition, *page.slide_edition.twins):
                yield largest(evaluated(page, edition, case, at, rng), {name: blocks[name] for name in page.results})
        else:
            trajectory = reference.trajectory(number, at)
            steps = reference.steps[number][at]
            blocks = {name: trajectory.block(name, 0, steps) for name in (POINT, "w")}
            yield largest(replayed(page, case, at, steps, rng), blocks)


def largest(values: Mapping[str, Any], blocks: Mapping[str, Block]) -> float:
    return max(float(error_ratios(np.asarray(values[name]), block).max(initial=0)) for name, block in blocks.items())


def evaluated(page: Page, edition: Edition, case: Case, at: int, rng: np.random.Generator) -> dict[str, Any]:
    shaken = shaken_as(case, rng)
    args = {name: shaken(value) for name, value in case.calls[at].args.items()}
    settings = {name: shaken(value) for name, value in page.settings(case.hyper).items()}
    return {name: plain(value) for name, value in page.evaluate(edition, args, settings).items()}


def replayed(page: Page, case: Case, at: int, steps: int, rng: np.random.Generator) -> dict[str, Any]:
    shaken, stream = shaken_as(case, rng), case.runs[at]
    points: list[Any] = []

    def grad(w: Any, batch: Any = None) -> Any:
        points.append(w)
        if batch is None:
            return shaken(stream.grads[len(points) - 1])
        return shaken((stream.grads[batch].sum(axis=0) / len(batch)).astype(case.dtype))

    order = () if stream.order is None else (stream.order,)
    settings = {name: shaken(value) for name, value in page.settings(case.hyper).items()}
    moves = page.slide_edition.run(shaken(stream.w), grad, *order, **settings)
    w = [plain(step["w"]) for _, step in zip(range(steps), moves, strict=False)]
    return {"w": np.stack(w), POINT: np.stack(list(map(plain, points)))}


def plain(value: Any) -> Any:
    return value.value if isinstance(value, Shaken) else value


EXACT = ("horizontal_flip", "pad_and_crop", "rotate90", "ensemble_vote", "dropout_train")
"""Pages that round nowhere."""


@pytest.mark.slow
@pytest.mark.parametrize("page", FLOATING, ids=lambda page: page.id)
def test_a_page_under_random_rounding_stays_within_its_bound(page: Page) -> None:
    expected, rng = reference(page.id), np.random.default_rng(0)
    # Where nothing is more precise than float64, float32 alone tells.
    cases = [at for at, case in enumerate(expected.cases) if EXTENDED_BITS >= 63 or case.dtype == "float32"]
    most = {expected.cases[at].id: max(errors(expected, at, rng)) for at in cases}
    assert {case: error for case, error in most.items() if not error <= FARTHER / C} == {}
    assert (max(most.values(), default=0) > 0.01) == (page.id not in EXACT)  # it does shake
