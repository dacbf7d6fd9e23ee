"""What draws is judged the same whatever the seed: of the inputs, and of the student's own generator."""

from __future__ import annotations

import numpy as np
import pytest

from harness.grading.expected import Reference
from harness.results import Diagnosis
from reference import pages
from tests.corpus.forms import Form, graded
from tests.corpus.right_search import RIGHT
from tests.grading.test_teeth import WAYS, handed_in, student

pytestmark = pytest.mark.slow

DRAWING = ("random_search", "keras_dropout")
SEEDS = (1, 22, 333)

RIGHT_ONES = [form for form in RIGHT if form.algorithm in DRAWING]
DRAWN_WAYS = [way for way in WAYS if way.values[0].id in DRAWING]


@pytest.mark.parametrize("form", RIGHT_ONES, ids=lambda form: form.name)
def test_right_ones_pass_on_every_seed(form: Form) -> None:
    for seed in SEEDS:
        assert graded(form, Reference(pages()[form.algorithm], seed)).status == "pass"


@pytest.fixture(scope="module")
def other_references() -> dict[str, Reference]:
    """Of a seed that no other test has: a known mistake is the same on it."""
    return {id: Reference(pages()[id], 4444) for id in DRAWING}


@pytest.mark.parametrize(("page", "variant", "way"), DRAWN_WAYS)
def test_a_mistake_has_one_name(other_references, page, variant, way) -> None:
    """No other mistake explains the same draws."""
    edition = page.edition((variant, way))
    with np.errstate(all="ignore"):  # mistakes divide by zero
        found = graded(handed_in(page, student(page, edition)), other_references[page.id])
    assert found.diagnosis == Diagnosis("mistake", variant.id)
    assert found.message is not None
    assert found.message.params["also"] == []
