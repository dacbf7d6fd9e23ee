"""Every page has teeth: what computes nothing fails, and each mistake and dialect, run as a student, gets its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference import Edition, Page, Variant, pages
from tests.corpus.forms import Form, grade, largest_ratio
from tests.grading.test_right_and_wrong import CLEAR

WAYS = [
    pytest.param(page, variant, way, id=f"{page.id}-{variant.id}-{way}")
    for page in pages().values()
    for variant in page.variants
    for way in range(len(variant.edits))
]
FUNCTIONS = [pytest.param(page, id=page.id) for page in pages().values() if page.form == "function"]


def student(page: Page, edition: Edition) -> Callable[..., Any]:
    """An edition of a page as a student hands it in."""

    def optimizer(*args: Any, **hyper: Any) -> Any:
        return edition.run(*args, **page.settings(hyper))

    def function(*args: Any, **hyper: Any) -> Any:
        settings = {**page.defaults, **hyper}
        values = edition.run(*args, **settings)
        own = {**dict(zip(page.arguments, args, strict=True)), **settings, **values}
        returned = tuple(values.get(name, own) for name in page.returns)
        return returned if len(returned) > 1 else returned[0]

    def layer(*args: Any, **hyper: Any) -> Any:
        made = edition.run(*args, **hyper)
        return lambda x, training: made(x, training)["y"]

    if page.form in ("optimizer", "epoch"):
        return optimizer
    return layer if page.form == "layer" else function


def handed_in(page: Page, thing: Callable[..., Any]) -> Form:
    before = pages().get(page.after)
    return Form(page.id, thing, "numpy", before=before and student(before, before.slide_edition))


@pytest.mark.parametrize("page", pages().values(), ids=pages().keys())
def test_the_page_itself_is_right(page: Page) -> None:
    found = grade(handed_in(page, student(page, page.slide_edition)))
    assert (found.status, found.notes) == ("pass", ())
    assert largest_ratio(found) <= 0.5


@pytest.mark.parametrize(("page", "variant", "way"), WAYS)
def test_every_way_of_a_variant_is_named(page: Page, variant: Variant, way: int) -> None:
    edition = page.edition((variant, way))
    assert edition is not None
    with np.errstate(all="ignore"):  # mistakes divide by zero
        found = grade(handed_in(page, student(page, edition)))
    assert found.status == "dialect" if variant.kind == "dialect" else found.status not in ("pass", "dialect")
    assert found.diagnosis is not None
    assert found.message is not None
    alike = [[found.diagnosis.id], *found.message.params.get("also", ())]
    assert [variant.id] in alike


# -- functions that compute nothing -------------------------------------------------------------------------------


def nothing(values: dict[str, Any], args: tuple[Any, ...]) -> None:
    return None


def zeros(values: dict[str, Any], args: tuple[Any, ...]) -> dict[str, Any]:
    return {name: 0 * value for name, value in values.items()}


def nan(values: dict[str, Any], args: tuple[Any, ...]) -> dict[str, Any]:
    return {name: np.full_like(value, np.nan) if _floating(value) else -1 + 0 * value for name, value in values.items()}


def the_input(values: dict[str, Any], args: tuple[Any, ...]) -> dict[str, Any]:
    return dict.fromkeys(values, args[0])


def a_shade_too_much(values: dict[str, Any], args: tuple[Any, ...]) -> dict[str, Any]:
    return {name: value * (1 + 1e-5) if _floating(value) else value + 1 for name, value in values.items()}


def _floating(value: Any) -> bool:
    return np.asarray(value).dtype.kind == "f"


@pytest.mark.parametrize("page", FUNCTIONS)
@pytest.mark.parametrize("program", [nothing, zeros, nan, the_input, a_shade_too_much])
def test_a_function_that_computes_nothing_fails(page: Page, program: Callable[..., Any]) -> None:
    def thing(*args: Any, **hyper: Any) -> Any:
        values = page.slide_edition.run(*args, **page.defaults | hyper)
        made = program(values, args)
        if made is None:
            return None
        returned = tuple(made.get(name) for name in page.returns)
        return returned if len(returned) > 1 else returned[0]

    found = grade(handed_in(page, thing))
    assert found.status == "fail"
    assert largest_ratio(found) >= CLEAR
