"""Each bound holds: right samples are nowhere as improbable as it says, and known values come out."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from harness.grading import chance
from harness.grading.chance import LEVEL, TESTS
from harness.grading.expected import Reference
from harness.grading.layers import Layers, _draws, statistics
from harness.grading.samples import Sample, _drawn
from harness.grading.samples import statistics as sample_statistics
from reference import pages

N = 200
RUNS = 4000


def with_distance(n: int, d: float) -> np.ndarray:
    """n points at the distance d from the uniform law: the even ones, moved up."""
    return (np.arange(n) + 0.5) / n + d - 1 / (2 * n)


def bits(rng: np.random.Generator) -> np.ndarray:
    return (rng.random((10, 40)) < 0.3).astype(float) - 0.3


STATISTICS: dict[str, Callable[[np.random.Generator], float]] = {
    "far from law": lambda rng: chance.far_from_law(rng.random(N)),
    "too near law": lambda rng: chance.too_near_law(rng.random(20)),
    "wide gap": lambda rng: chance.too_wide_gap(rng.random(N)),
    "exact mean": lambda rng: chance.too_exact_mean(rng.random(N)),
    "correlated": lambda rng: chance.correlated(rng.random(N) - 0.5, rng.random(N) - 0.5, 1 / 12, 0.5),
    "lag, uniform": lambda rng: chance.lag_correlated(rng.random(N) - 0.5, 0, 1 / 12, 0.5),
    "lag, bits, across": lambda rng: chance.lag_correlated(bits(rng), 0, 0.21, 0.7),
    "lag, bits, along": lambda rng: chance.lag_correlated(bits(rng), 1, 0.21, 0.7),
    "count": lambda rng: chance.improbable_count(int(rng.binomial(500, 0.1)), 500, 0.1),
    "counts": lambda rng: chance.improbable_counts(rng.binomial(50, 0.1, 30), 50, 0.1),
    "even counts": lambda rng: chance.too_even_counts(rng.binomial(50, 0.3, 3), 50, 0.3),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_right_draws_are_no_more_improbable_than_the_bound_says(name: str) -> None:
    rng = np.random.default_rng(7)
    seen = np.sort([STATISTICS[name](rng) for _ in range(RUNS)])
    assert seen[0] >= 0
    assert seen[-1] <= 1
    for level in (0.3, 0.1, 0.03, 0.01):
        share = (seen <= level).mean()
        assert share <= level + 5 * math.sqrt(level / RUNS), level


@pytest.mark.parametrize(
    ("n", "d", "probability"),
    [(10, 0.274, 0.6284796154565048), (1, 0.75, 0.5), (2, 0.5, 0.5), (4, 0.2, 24 * 0.15**4), (50, 0.0185, None)],
)
def test_kolmogorovs_distribution_is_exact(n: int, d: float, probability: float | None) -> None:
    """The first value is from the paper; for one draw P = 2d − 1, for d up to 1/n it is n!(2d − 1/n)ⁿ."""
    if probability is None:
        probability = math.exp(math.lgamma(n + 1) + n * math.log(2 * d - 1 / n))
    assert chance.kolmogorov(n, d) == pytest.approx(probability, rel=1e-9)


def test_samples_are_as_far_off_as_kolmogorov_says() -> None:
    rng = np.random.default_rng(5)
    seen = [chance.distance(rng.random(N)) for _ in range(RUNS)]
    for d in (0.03, 0.05, 0.08):
        share = np.mean([each <= d for each in seen])
        assert abs(share - chance.kolmogorov(N, d)) <= 5 * math.sqrt(0.25 / RUNS)
    assert chance.distance(with_distance(N, 0.05)) == pytest.approx(0.05)


def test_what_is_too_even_or_too_far_fails() -> None:
    rng = np.random.default_rng(3)
    u = rng.random(1000)
    assert chance.too_near_law(with_distance(1000, 0.0006)) < LEVEL
    assert chance.too_near_law((rng.permutation(1000) + rng.random(1000)) / 1000) < LEVEL
    assert chance.far_from_law(u**2) < LEVEL
    assert chance.too_wide_gap(u * 0.9) < LEVEL
    assert chance.too_exact_mean(np.concatenate([u, 1 - u])) < LEVEL
    assert chance.lag_correlated(np.sort(u) - 0.5, 0, 1 / 12, 0.5) < LEVEL
    assert chance.lag_correlated(np.column_stack([u, 1 - u]).ravel() - 0.5, 0, 1 / 12, 0.5) < LEVEL
    assert chance.improbable_count(600, 1000, 0.5) < 1e-8
    assert chance.improbable_count(0, 1000, 0.0) == 1
    assert chance.improbable_count(1, 1000, 0.0) == 0
    assert chance.too_even_counts(np.full(8, 9375), 12500, 0.75) < LEVEL


def test_one_repeated_value_may_happen_and_two_may_not() -> None:
    u = np.random.default_rng(3).random(1000)
    assert chance.too_many_repeats(u) == 1
    assert LEVEL < chance.too_many_repeats(np.append(u[1:], u[5])) < 1e-8
    assert chance.too_many_repeats(np.append(u[2:], u[5:7])) < LEVEL
    assert chance.too_many_repeats(np.round(u, 2)) == 0


@pytest.mark.parametrize("algorithm", ["random_search", "keras_dropout"])
def test_all_tests_of_a_check_together_raise_a_false_alarm_once_in_a_billion_at_most(algorithm: str) -> None:
    reference = Reference(pages()[algorithm], 8)
    tests = 0
    for number, case in enumerate(reference.cases):
        if algorithm == "random_search":
            values = (reference.page.evaluate(reference.page.slide_edition, call.args, {}) for call in case.calls)
            draws = tuple(_drawn(each["trials"], call) for each, call in zip(values, case.calls, strict=True))
            tests += len(list(sample_statistics(Sample(reference.page, case, draws))))
        else:
            tests += len(list(statistics(_draws(case, outputs(reference, number)))))
    assert 30 <= tests <= TESTS
    assert TESTS * LEVEL <= 1e-9


def outputs(reference: Reference, number: int):
    """What the page's own layers give in a case."""
    case = reference.cases[number]
    runs = []
    for call in case.calls:
        y = reference.page.evaluate(reference.page.slide_edition, call.args, {})["y"].astype(case.dtype)
        runs.append({"results": {"y": y}, "dtypes": {"y": case.dtype}, "remarks": [], "problem": None})
    return Layers().read(reference, number, {"runs": runs})[0]
