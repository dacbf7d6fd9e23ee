"""Whole functions, as a page has them, on numbers that carry their bound, beside right programs written otherwise.

C bounds are tolerated; a right form may use up half of that. A form that needs more is right all the same, but its page
has to list it: one form's bound is no tolerance for another that cancels where the first does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from harness.grading.bounded import Bounded
from harness.grading.expected import C
from reference.maths import absolute, clip, exp, largest, mean, minimum, smallest, sqrt, variance, where
from tests.grading.bounds import DTYPES, exact, reach
from tests.grading.shaken import Shaken

Form = Callable[..., Any]

EPS, RATE, FACTOR, GAMMA, BETA = 0.01, 0.3, 1.7, 1.3, -0.4


@dataclass(frozen=True)
class Composite:
    """A function as a page has it, the same in other right forms, and right forms that its bound cannot hold."""

    page: Form
    forms: dict[str, Form]
    unheld: dict[str, Form] = field(default_factory=dict)


def min_max(x: Any) -> Any:
    low, high = smallest(x, axis=0), largest(x, axis=0)
    return (x - low) / where(high == low, 1.0, high - low)


def standardize(x: Any) -> Any:
    sigma = sqrt(variance(x, axis=0))
    return (x - mean(x, axis=0)) / where(sigma == 0, 1.0, sigma)


def batch_norm(x: Any) -> Any:
    return GAMMA * ((x - mean(x, axis=0)) / sqrt(variance(x, axis=0) + EPS)) + BETA


def folded(x: Any) -> Any:
    scale = GAMMA / np.sqrt(np.var(x, axis=0) + EPS)
    return x * scale + (BETA - scale * np.mean(x, axis=0))


def staged(x: Any) -> Any:
    d = x - 1 / x.dtype.type(len(x)) * np.sum(x, axis=0)
    inverse = 1 / np.sqrt(1 / x.dtype.type(len(x)) * np.sum(d**2, axis=0) + x.dtype.type(EPS))
    return GAMMA * (d * inverse) + BETA


def welford(x: Any) -> tuple[Any, Any]:
    m = s = np.zeros_like(x[0])
    for k, each in enumerate(x, 1):
        d = each - m
        m = m + d / x.dtype.type(k)
        s = s + d * (each - m)
    return m, np.sqrt(s / x.dtype.type(len(x)))


COMPOSITES = {
    "min-max": Composite(
        min_max,
        {
            "of ptp": lambda x: (x - np.min(x, axis=0)) / np.ptp(x, axis=0),
            "reciprocal": lambda x: (x - np.min(x, axis=0)) * (1 / (np.max(x, axis=0) - np.min(x, axis=0))),
        },
        {
            "x·s − lo·s": lambda x: x / np.ptp(x, axis=0) - np.min(x, axis=0) / np.ptp(x, axis=0),
            "from above": lambda x: 1 - (np.max(x, axis=0) - x) / np.ptp(x, axis=0),
        },
    ),
    "standardize": Composite(
        standardize,
        {
            "np.std": lambda x: (x - np.mean(x, axis=0)) / np.std(x, axis=0),
            "reciprocal": lambda x: (x - np.mean(x, axis=0)) * (1 / np.std(x, axis=0)),
            "of the deviations": lambda x: (d := x - np.mean(x, axis=0)) / np.sqrt(np.mean(d * d, axis=0)),
            "root of n": lambda x: (d := x - np.mean(x, axis=0)) * np.sqrt(len(x) / np.sum(d * d, axis=0)),
            "welford": lambda x: (x - welford(x)[0]) / welford(x)[1],
            "x/σ − μ/σ": lambda x: x / np.std(x, axis=0) - np.mean(x, axis=0) / np.std(x, axis=0),
        },
    ),
    "batch norm": Composite(
        batch_norm,
        {
            "staged": staged,
            "scale first": lambda x: (x - np.mean(x, axis=0)) * (GAMMA / np.sqrt(np.var(x, axis=0) + EPS)) + BETA,
            "power −½": lambda x: GAMMA * (x - np.mean(x, axis=0)) * (np.var(x, axis=0) + EPS) ** -0.5 + BETA,
        },
        {"folded": folded},
    ),
    "contrast": Composite(
        lambda x: clip(mean(x) + FACTOR * (x - mean(x)), 0, 1),
        {
            "factored": lambda x: np.clip((x - np.mean(x)) * FACTOR + np.mean(x), 0, 1),
            "blended": lambda x: np.clip(FACTOR * x + (1 - FACTOR) * np.mean(x), 0, 1),
        },
    ),
    "dropout": Composite(
        lambda x: where(np.arange(len(x)) % 3 > 0, (x / (1 - RATE)).T, 0.0).T,
        {
            "mask first": lambda x: (((np.arange(len(x)) % 3 > 0) * x.T) / (1 - RATE)).T,
            "scaled mask": lambda x: ((np.arange(len(x)) % 3 > 0) / x.dtype.type(1 - RATE) * x.T).T,
            "in the dtype": lambda x: ((np.arange(len(x)) % 3 > 0) * x.T / (1 - x.dtype.type(RATE))).T,
        },
    ),
    "decay": Composite(
        lambda x: FACTOR * exp(-minimum(absolute(x), 9)),
        {
            "divided": lambda x: FACTOR / np.exp(np.minimum(np.absolute(x), 9)),
            "in halves": lambda x: FACTOR * np.exp(-np.minimum(np.absolute(x), 9) / 2) ** 2,
        },
    ),
}

DATA: dict[str, Callable[[np.random.Generator, tuple[int, int]], Any]] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "pixels": lambda rng, shape: rng.integers(1, 256, shape) / 255,
    "small": lambda rng, shape: rng.normal(size=shape) * 1e-3,
    "offset": lambda rng, shape: rng.normal(size=shape) + 1e3,
    "scales": lambda rng, shape: rng.normal(size=shape) * 10.0 ** rng.integers(-3, 4, shape[1]) + 1,
}


def used(page: Form, form: Form, dtype: str, runs: int = 20) -> float:
    """The largest error of a form over the data, in bounds of the page."""
    rng = np.random.default_rng(0)
    most = 0.0
    for shape in ((2, 3), (8, 3), (64, 2)):
        for data in DATA.values():
            for _ in range(runs):
                x = data(rng, shape).astype(dtype)
                most = max(most, reach(page(exact(x)), form(x)))
    return most


HELD = [(name, form) for name, composite in COMPOSITES.items() for form in ("", *composite.forms)]
UNHELD = [(name, form) for name, composite in COMPOSITES.items() for form in composite.unheld]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "form"), HELD)
def test_a_right_form_uses_up_half_the_tolerance_at_most(name: str, form: str, dtype: str) -> None:
    composite = COMPOSITES[name]
    assert 1e-3 < used(composite.page, composite.forms.get(form, composite.page), dtype) <= C / 2


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "form"), UNHELD)
def test_a_form_that_cancels_elsewhere_needs_its_own_bound(name: str, form: str, dtype: str) -> None:
    """If one day the page's bound holds it, the bound has become too wide."""
    assert used(COMPOSITES[name].page, COMPOSITES[name].unheld[form], dtype) > 2 * C


# -- random rounding --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPOSITES)
def test_random_rounding_stays_within_the_bound(name: str) -> None:
    page = COMPOSITES[name].page
    rng = np.random.default_rng(0)
    most = used(page, lambda x: page(Shaken(x, rng, "float32")).value, "float32", runs=10)
    assert 0.1 < most <= 2  # rounding to the farther neighbour is twice as far off as to the nearest


def test_a_page_carries_what_its_inputs_bring() -> None:
    """Handed inexact numbers, its bound holds wherever within theirs they are."""
    rng = np.random.default_rng(0)
    for name, composite in COMPOSITES.items():
        for _ in range(50):
            x = rng.uniform(0.1, 0.9, (6, 3))
            bounds = rng.uniform(0, 1e4, x.shape)
            moved = x + np.longdouble(2) ** -53 * bounds * rng.choice([-1, 1], x.shape)
            assert reach(composite.page(Bounded(x, bounds, x.dtype)), composite.page(moved)) <= 1.001, name
