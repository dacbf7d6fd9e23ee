"""No right program is rejected, no wrong one accepted, and a known mistake gets its name, however it is written."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from reference import pages
from tests.corpus.forms import Form, corpus, grade, largest_ratio

RIGHT, WRONG = corpus("right"), corpus("wrong")

ROOM = 0.5
"""The largest error, in tolerances, that a right program may have: it must not be right by a hair."""

CLEAR = 10.0
"""The smallest error, in tolerances, of a wrong program's worst number."""

CLEARLY_IMPROBABLE = 1.25
"""The same for what draws: in place of an error, how improbable it is, 1 being improbable enough to fail (1e-11)."""


def clear(algorithm: str) -> float:
    return CLEARLY_IMPROBABLE if pages()[algorithm].form in ("sampler", "layer") else CLEAR


@pytest.mark.parametrize("form", RIGHT, ids=lambda form: form.name)
def test_right_forms_pass_with_room(form: Form) -> None:
    found = grade(form)
    assert {case.id: case.status for case in found.cases if case.status != "pass"} == {}
    assert found.status == "pass"
    assert largest_ratio(found) <= ROOM


@pytest.mark.parametrize("form", WRONG, ids=lambda form: form.name)
def test_wrong_forms_fail_clearly_and_by_name(form: Form) -> None:
    with np.errstate(all="ignore"):  # mistakes divide by zero
        found = grade(form)
    assert found.status != "pass"
    assert largest_ratio(found) >= clear(form.algorithm)
    assert found.diagnosis == form.diagnosis
    assert found.message is not None
    assert found.message.params.get("second") == form.beside


def test_every_algorithm_is_written_in_several_ways() -> None:
    ways = Counter(form.algorithm for form in RIGHT)
    assert ways.keys() == pages().keys()
    assert min(ways.values()) >= 8


# -- programs that do nothing worth the name ----------------------------------------------------------------------


def returns_the_input(w, grad, **hyper):
    while True:
        grad(w)
        yield w


def returns_zeros(w, grad, **hyper):
    while True:
        yield 0 * grad(w)


def returns_nan(w, grad, **hyper):
    while True:
        grad(w)
        yield np.full_like(w, np.nan)


def returns_the_gradient(w, grad, **hyper):
    while True:
        yield grad(w)


def does_nothing(w, grad, **hyper):
    while True:
        yield w


def asks_twice(w, grad, **hyper):
    """Right but for one thing: it draws two gradients a step."""
    lr = hyper.get("lr", 0.01)
    while True:
        grad(w)
        w = w - lr * grad(w)
        yield w


def epoch(optimizer):
    """The same program over an epoch of mini-batches."""

    def batched(w, grad, order, *, batch_size=32, **hyper):
        batch = order[:batch_size]
        steps = optimizer(w, lambda w: grad(w, batch), **hyper)
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            yield next(steps)

    return batched


@pytest.mark.parametrize("algorithm", [id for id, page in pages().items() if page.form in ("optimizer", "epoch")])
@pytest.mark.parametrize(
    "program", [returns_the_input, returns_zeros, returns_nan, returns_the_gradient, does_nothing, asks_twice]
)
def test_what_computes_nothing_fails_every_case(algorithm, program) -> None:
    thing = epoch(program) if pages()[algorithm].form == "epoch" else program
    found = grade(Form(algorithm, thing, "numpy"))
    assert found.status == "fail"
    assert {case.status for case in found.cases} == {"fail"}
    assert largest_ratio(found) >= CLEAR
