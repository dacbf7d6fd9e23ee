"""The bounds of sums, means, variances and extremes, against the many ways in which right programs compute them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from harness.grading.bounded import Bounded
from harness.grading.expected import C
from reference.maths import cumsum, largest, mean, smallest, sum, total, variance
from tests.grading.bounds import DTYPES, exact, reach, within

Vector = NDArray[Any]
Program = Callable[[Vector], Any]

numbers = st.floats(min_value=-1e8, max_value=1e8).filter(lambda x: x == 0 or abs(x) > 1e-8)
vectors = st.lists(numbers, min_size=1, max_size=30)
vectors_of_integers = st.lists(st.integers(-(2**24), 2**24), min_size=1, max_size=30)


def looped(x: Vector) -> Any:
    """The sum by a loop in the dtype."""
    total = x.dtype.type(0)
    for each in x:
        total = x.dtype.type(total + each)
    return total


def weights(x: Vector) -> Vector:
    return np.full(len(x), 1 / x.dtype.type(len(x)))


SUMS: dict[str, Program] = {
    "loop": looped,
    "backwards": lambda x: looped(x[::-1]),
    "small first": lambda x: looped(x[np.argsort(np.abs(x))]),
    "large first": lambda x: looped(x[np.argsort(-np.abs(x))]),
    "in pairs": np.sum,
    "fsum": lambda x: x.dtype.type(math.fsum(x)),
    "cumsum": lambda x: np.cumsum(x)[-1],
    "einsum": lambda x: np.einsum("i->", x),
    "dot": lambda x: np.dot(np.ones_like(x), x),
    "torch": lambda x: torch.from_numpy(x).sum().numpy(),
}

MEANS: dict[str, Program] = {
    **{name: lambda x, add=add: x.dtype.type(add(x)) / x.dtype.type(len(x)) for name, add in SUMS.items()},
    "np.mean": np.mean,
    "torch.mean": lambda x: torch.from_numpy(x).mean().numpy(),
}

WEIGHTED: dict[str, Program] = {
    "reciprocal": lambda x: np.sum(x) * (1 / x.dtype.type(len(x))),
    "weights": lambda x: np.dot(weights(x), x),
    "weights, einsum": lambda x: np.einsum("i,i->", weights(x), x),
    "each divided": lambda x: np.sum(x / x.dtype.type(len(x))),
    "running": lambda x: welford(x)[0],
}
"""Right means that round where a sum and its quotient are exact; there no bound can hold them: a page may list them."""


def welford(x: Vector) -> tuple[Any, Any]:
    """Mean and variance by one pass of updates."""
    kind = x.dtype.type
    m = s = kind(0)
    for k, each in enumerate(x, 1):
        d = each - m
        m = kind(m + d / kind(k))
        s = kind(s + d * (each - m))
    return m, s / kind(len(x))


def looped_twice(x: Vector) -> Any:
    d = x - looped(x) / x.dtype.type(len(x))
    return looped(d * d) / x.dtype.type(len(x))


def shifted(x: Vector) -> Any:
    """E[y²] − E[y]² of y = x − x₀, which are no longer far from zero."""
    y = x - x[0]
    return np.mean(y * y) - np.mean(y) ** 2


VARIANCES: dict[str, Program] = {
    "two loops": looped_twice,
    "two passes": lambda x: np.mean((x - np.mean(x)) ** 2),
    "welford": lambda x: welford(x)[1],
    "np.var": np.var,
    "np.std, squared": lambda x: np.std(x) ** 2,
    "torch.var": lambda x: torch.var(torch.from_numpy(x), correction=0).numpy(),
    "corrected": lambda x: np.mean((x - np.mean(x)) ** 2) - np.mean(x - np.mean(x)) ** 2,
}


def weighted(x: Vector) -> Any:
    """Right, but not exact on constants: three times 1/3, rounded, is no exact mean."""
    return np.dot(weights(x), (x - np.dot(weights(x), x)) ** 2)


def cancelling(x: Vector) -> Any:
    return np.mean(x * x) - np.mean(x) ** 2


def assert_within(bounded: Bounded, programs: dict[str, Program], x: Vector, slack: float = 1.01) -> None:
    """Every program holds; a little slack because the bound is of first order."""
    used = {name: reach(bounded, program(x)) for name, program in programs.items()}
    assert {name: most for name, most in used.items() if not most <= slack} == {}


# -- sums and means ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors)
def test_a_sum_holds_in_any_order(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype=dtype)
    assert_within(sum(exact(values)), SUMS, values)


def test_a_loop_reaches_the_bound_of_a_sum() -> None:
    """Each term is just too small to move the sum: n − 1 roundings of nearly u. A bound of log₂ n would reject it."""
    x = np.array([1, *[0.999 * 2.0**-53] * 63])
    assert 0.99 <= reach(sum(exact(x)), looped(x)) <= 1


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors)
def test_a_mean_holds_in_any_form(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype=dtype)
    assert_within(mean(exact(values)), MEANS, values)


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors)
def test_a_weighted_mean_leaves_room_where_the_sum_rounds(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype=dtype)
    if sum(exact(values)).bound > 0:
        assert_within(mean(exact(values)), WEIGHTED, values, slack=C / 2)


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors_of_integers, scale=st.integers(-40, 40))
def test_a_sum_called_exact_is_exact_in_every_order(dtype: str, x: list[int], scale: int) -> None:
    values = np.ldexp(np.array(x, dtype=dtype), scale)
    bounded = sum(exact(values))
    if dtype == "float64":
        assert bounded.bound == 0  # 30 integers of 25 bits: far below 53
    if bounded.bound == 0:
        assert {float(add(values)) for add in SUMS.values()} == {float(bounded.value)}
    else:
        assert np.abs(x).sum() >= 2**24


@pytest.mark.parametrize(
    ("dtype", "x"),
    [("float32", [2**24, 1, 1]), ("float64", [1.0, 2.0**-53]), ("float64", [2.0**53, 1, -1]), ("float32", [0.1] * 3)],
)
def test_a_sum_with_one_bit_too_many_is_not_exact(dtype: str, x: list[float]) -> None:
    assert sum(exact(x, dtype)).bound > 0


def test_a_sum_of_inexact_terms_is_not_exact() -> None:
    assert sum(Bounded([1.0, 2.0], [0.0, 1.0], np.dtype("float64"))).bound == 1 + 3


@pytest.mark.parametrize(
    ("x", "bound"), [([1, 2, 3], 0), ([1, 2, 6, 1], 0), ([0.375] * 7, 0), ([5.5], 0), ([1, 1, 0], 2 / 3), ([0, 0], 0)]
)
def test_a_mean_is_exact_where_sum_and_quotient_are(x: list[float], bound: float) -> None:
    assert float(mean(exact(x, "float64")).bound) == pytest.approx(bound)


def test_a_mean_carries_the_mean_of_what_its_terms_bring() -> None:
    x = Bounded([1.0, 2.0, 5.0], [3e6, 0, 6e6], np.dtype("float64"))
    assert float(mean(x).bound) == pytest.approx(3e6, rel=1e-5)


# -- variances --------------------------------------------------------------------------------------------------------

DATA: dict[str, Callable[[np.random.Generator, int], Vector]] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "small": lambda rng, n: rng.normal(size=n) * 1e-6,
    "offset 10": lambda rng, n: rng.normal(size=n) + 10,
    "offset 1e3": lambda rng, n: rng.normal(size=n) + 1e3,
    "offset 1e6": lambda rng, n: rng.normal(size=n) + 1e6,
    "one outlier": lambda rng, n: rng.normal(size=n) + 1e4 * (np.arange(n) == n // 2),
    "integers": lambda rng, n: rng.integers(0, 256, n).astype(float),
    "integers far off": lambda rng, n: rng.integers(0, 256, n) + 1e5,
    "constant": lambda rng, n: np.full(n, rng.normal()),
}


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_variance_holds_in_any_accurate_form(dtype: str) -> None:
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 8, 64):
        for data in DATA.values():
            for _ in range(5):
                x = data(rng, n).astype(dtype)
                assert_within(variance(exact(x)), VARIANCES, x)


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors)
def test_a_variance_holds_on_any_numbers(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype=dtype)
    assert_within(variance(exact(values)), VARIANCES, values)


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors)
def test_a_weighted_variance_holds_but_on_constants(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype=dtype)
    if np.ptp(values) > 0:
        assert within(variance(exact(values)), weighted(values), slack=1.01)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_shifted_variance_leaves_room(dtype: str) -> None:
    """Shifted by an example that is an outlier it cancels, by its (x₀ − μ)/σ."""
    rng = np.random.default_rng(0)
    for n in (2, 3, 8, 64):
        for _ in range(50):
            x = (rng.normal(size=n) + 1e3).astype(dtype)
            assert within(variance(exact(x)), shifted(x), slack=C / 2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_running_mean_needs_its_term(dtype: str) -> None:
    """Without it, (n + 3)V, Welford's variance would be rejected on data with an offset: its mean is off as it goes."""
    rng = np.random.default_rng(0)
    x = (rng.normal(size=8) + 1e3).astype(dtype)
    bounded = variance(exact(x))
    two_passes = Bounded(bounded.value, (len(x) + 3) * bounded.value, bounded.dtype)
    assert not within(two_passes, welford(x)[1], slack=C)
    assert within(bounded, welford(x)[1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [4, 16, 64])
def test_a_difference_of_large_squares_is_far_outside(dtype: str, n: int) -> None:
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(n, 20)) + 1e4).astype(dtype)
    bounded = variance(exact(x), axis=0)
    used = sorted(reach(bounded[at], cancelling(column)) for at, column in enumerate(x.T))
    assert used[len(used) // 2] > 10 * C
    plain = mean(exact(x) ** 2, axis=0) - mean(exact(x), axis=0) ** 2  # a page's own loose twin, by the ordinary rules
    for at, column in enumerate(x.T):
        assert within(plain[at], cancelling(column))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("value", "n"), [(3.25, 7), (-0.375, 64), (0.0, 5), (1e6, 8), (2.0**-30, 49)])
def test_the_variance_of_an_exact_constant_is_zero(dtype: str, value: float, n: int) -> None:
    x = np.full(n, value, dtype)
    bounded = variance(exact(x))
    assert (bounded.value, bounded.bound) == (0, 0)
    assert [name for name, program in VARIANCES.items() if program(x) != 0] == []


def test_the_variance_of_another_constant_may_be_off_by_the_square_of_its_mean() -> None:
    x = np.full(10, 0.1)
    bounded = variance(exact(x))
    assert bounded.value == 0
    assert 0 < float(bounded.bound * bounded.unit) < (20 * bounded.unit) ** 2
    assert looped_twice(x) > 0
    assert within(bounded, looped_twice(x))


def test_the_terms_of_a_variance() -> None:
    """(n + 3)V for deviation, square, sum and quotient, and 2|d|·E for a running mean that is off by E = 1."""
    assert float(variance(exact([-1.0, 1.0])).bound) == pytest.approx((2 + 3) * 1 + 2 * 1 * 1)


def test_a_variance_carries_an_error_of_its_terms_once() -> None:
    """Terms pushed away from the mean reach the bound; a common shift, which their bounds allow as well, is nothing."""
    dtype = np.dtype("float64")
    values = np.array([-3.0, -1, 0.5, 3.5])
    x = Bounded(values, np.array([1e6, 2e6, 0, 1e6]), dtype)
    moved = x.value + np.sign(x.value) * x.unit * x.bound
    assert 0.999 <= reach(variance(x), np.var(moved)) <= 1.001


# -- extremes and axes ------------------------------------------------------------------------------------------------


def test_an_extreme_is_off_by_as_much_as_those_that_may_be_it() -> None:
    """Only the one end is the farther: the upper of a maximum, the lower of a minimum."""
    x = Bounded([[1.0, 2.0, 9.0], [1.0, 3.0, 9.0]], [[4, 8, 0], [4, 1e20, 1e3]], np.dtype("float64"))
    assert largest(x, axis=1).bound.tolist() == pytest.approx([0, 1e20], abs=1e4, rel=1e-3)
    assert smallest(x, axis=0).bound[0] == pytest.approx(4, rel=1e-2)
    tied = Bounded([1.0, 1.0], [4, 0], x.dtype)
    assert (largest(tied).bound, smallest(tied).bound) == (pytest.approx(4, rel=1e-2), pytest.approx(4, rel=1e-2))
    assert (largest(exact([0.1, 0.7]), axis=0).bound, smallest(exact([0.1, 0.7])).bound) == (0, 0)


@pytest.mark.parametrize("reduce", [sum, mean, variance, largest, smallest])
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (1, 2)])
def test_axes_are_reduced_slice_by_slice(reduce: Callable[..., Any], axis: Any) -> None:
    values = np.random.default_rng(0).normal(size=(2, 3, 4))
    x = Bounded(values, np.abs(values) * 3, values.dtype)
    got = reduce(x, axis=axis)
    kept = reduce(x, axis=axis, keepdims=True)
    assert got.value == pytest.approx(reduce(values, axis=axis), rel=1e-14)
    assert kept.shape == reduce(values, axis=axis, keepdims=True).shape
    assert kept.value.ravel().tolist() == got.value.ravel().tolist()
    assert kept.bound.ravel().tolist() == got.bound.ravel().tolist()
    one = reduce(x[:, 1]) if axis == (0, 2) else reduce(x) if axis is None else None
    if one is not None:
        at = got[1] if axis == (0, 2) else got
        assert float(one.value) == pytest.approx(float(at.value), rel=1e-15)
        assert one.bound.tolist() == pytest.approx(at.bound.tolist())


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=vectors)
def test_running_sums_hold_in_any_order(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype)
    running = cumsum(exact(values), axis=0)
    for add in SUMS.values():
        assert within(running, [add(values[: n + 1]) for n in range(len(values))])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_running_sums_go_along_an_axis_and_carry_what_their_terms_bring(axis: int) -> None:
    x = Bounded(np.arange(6.0).reshape(2, 3), np.ones((2, 3)), np.dtype("float64"))
    found = cumsum(x, axis=axis)
    np.testing.assert_array_equal(found.value, np.cumsum(x.value, axis=axis))
    terms = np.cumsum(np.ones((2, 3)), axis=axis)
    np.testing.assert_array_equal(found.bound, terms + (terms - 1) * found.value)


def test_total_is_the_sum_of_all() -> None:
    x = exact(np.random.default_rng(0).normal(size=(3, 4)))
    assert (total(x).value, total(x).bound) == (sum(x).value, sum(x).bound)
