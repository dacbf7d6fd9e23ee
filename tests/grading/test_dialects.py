"""An optimizer's mistake keeps its name under every dialect, and beside an ε that a course's adapter fixed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from harness.grading.expected import Reference
from reference import Page, Variant, pages
from tests.corpus.forms import SEED, graded
from tests.grading.test_teeth import handed_in, student
from tests.reference.clashes import CLASHES

FIXED = {"eps": 1e-7, "epsilon": 1e-7}
"""What the older books hard-code."""

UNSEEN = {"default_epsilon"}
"""Mistakes about what is fixed."""

SAME = {
    ("amsgrad", "max_overwrites_v", "max_of_corrected"): "moment_overwritten",  # v, corrected every time, only grows
    ("keras_sgd", "velocity_not_kept", "gradient_at_lookahead"): "momentum_ignored",  # no velocity to look ahead by
}
"""What comes to the same under a dialect as another mistake, which is named."""

OPTIMIZERS = [page for page in pages().values() if page.form == "optimizer"]


@cache
def course(id: str) -> Reference:
    """A page as a course with a fixed ε has it, without the long run, which takes as long as all else."""
    page = pages()[id]
    short = replace(page, makers={name: make for name, make in page.makers.items() if name != "long-run"})
    return Reference(short.fixing({name: value for name, value in FIXED.items() if name in page.defaults}), SEED)


def fitting(page: Page, mistake: Variant, dialect: Variant) -> int | None:
    """The first way to make a mistake in a dialect."""
    ways = range(len(mistake.edits))
    return next((way for way in ways if page.edition((mistake, way), (dialect, 0))), None)


def pairs(page: Page) -> list[tuple[Variant, Variant]]:
    by_kind = ([each for each in page.variants if each.kind == kind] for kind in ("mistake", "dialect"))
    seen = [(mistake, dialect) for mistake, dialect in product(*by_kind) if mistake.id not in UNSEEN]
    return [(mistake, dialect) for mistake, dialect in seen if mistake.id not in CLASHES[page.id, dialect.id]]


@pytest.mark.parametrize(
    ("page", "mistake", "dialect"),
    [
        pytest.param(page, *pair, id=f"{page.id}-{pair[0].id}-{pair[1].id}")
        for page in OPTIMIZERS
        for pair in pairs(page)
    ],
)
def test_a_mistake_is_named_under_a_dialect_beside_a_fixed_epsilon(
    page: Page, mistake: Variant, dialect: Variant
) -> None:
    way = fitting(page, mistake, dialect)
    assert way is not None
    edition = page.edition((mistake, way), (dialect, 0))
    assert edition is not None
    expected = course(page.id)
    with np.errstate(all="ignore"):  # mistakes divide by zero
        found = graded(handed_in(page, student(expected.page, edition)), expected)
    assert found.status not in ("pass", "dialect")
    assert found.diagnosis is not None
    assert found.message is not None
    named = SAME.get((page.id, mistake.id, dialect.id), mistake.id)
    assert named in (found.diagnosis.id, *found.message.params.get("also", ()))
