"""The bound must hold: whatever a program in the student's dtype gets lies within the derived bound of the truth."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from harness.grading.bounded import EXTENDED_BITS, AmbiguousError, Bounded
from harness.grading.expected import C
from reference import maths
from tests.grading.bounds import DTYPES, exact, reach, within

# Far enough from the ends of float32 that no product or quotient of two of them leaves its normal range.
numbers = st.floats(min_value=1e-8, max_value=1e8).map(abs) | st.floats(min_value=-1e8, max_value=-1e-8)

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "a + b": operator.add,
    "a - b": operator.sub,
    "a * b": operator.mul,
    "a / b": operator.truediv,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "a²": lambda a, b: a**2,
    "√|a|": lambda a, b: np.sqrt(np.absolute(a)),
    "(a + b) * a - b": lambda a, b: (a + b) * a - b,
    "a / √(b² + 1)": lambda a, b: a / np.sqrt(b**2 + 1),
    "1 - a / (|a| + |b|)": lambda a, b: 1 - a / (np.absolute(a) + np.absolute(b)),
    "-a + b": lambda a, b: -a + b,
    "log(|a| + |b|)": lambda a, b: np.log(np.absolute(a) + np.absolute(b)),
    "|a|^(b / (|a| + |b|))": lambda a, b: np.absolute(a) ** (b / (np.absolute(a) + np.absolute(b))),
    "clip": lambda a, b: maths.clip(a, -1.5, np.absolute(b)),
    "where": lambda a, b: maths.where(np.arange(len(a)) % 2 == 0, a + b, 0.0),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPERATIONS)
@given(pairs=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8))
def test_a_program_in_the_dtype_stays_within_the_bound(name: str, dtype: str, pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs, dtype=dtype).T
    operation = OPERATIONS[name]
    assert within(
        operation(exact(a), exact(b)), operation(a, b), slack=1.001
    )  # first order: second-order terms are left out


@pytest.mark.parametrize("dtype", DTYPES)
@given(base=st.floats(0.01, 0.9999), n=st.integers(1, 200))
def test_a_power_covers_a_loop_of_products(dtype: str, base: float, n: int) -> None:
    kind = np.dtype(dtype).type
    bounded = Bounded.of(base, dtype) ** n
    product = kind(1)
    for _ in range(n):
        product *= kind(base)
    if abs(product) > 1e-30:  # beyond, float32 leaves its normal range
        assert within(bounded, product, slack=1.01)
        assert within(bounded, kind(base) ** kind(n), slack=1.01)


def test_a_number_the_dtype_cannot_write_is_one_rounding_off() -> None:
    assert Bounded.of(0.1, "float32").bound == pytest.approx(0.1)
    assert Bounded.of(0.1, "float64").bound == 0
    assert Bounded.of(0.84375, "float32").bound == 0


@pytest.mark.parametrize(
    "operation",
    [
        lambda x: x + 0,
        lambda x: x - 0,
        lambda x: 1 * x,
        lambda x: -1 * x,
        lambda x: x / 1,
        lambda x: 0 * x,
        lambda x: +x,
        lambda x: x - x,
        lambda x: x + -x,
        lambda x: maths.maximum(x, 1),
        lambda x: maths.clip(x, 0.5, 2),
        lambda x: maths.exp(0 * x),
        lambda x: np.array([True, False]) * x,
        lambda x: x * np.array([-1, 0]),
    ],
)
def test_exact_operations_add_nothing(operation: Callable[[Bounded], Bounded]) -> None:
    x = Bounded([0.1, 3.0], 0, np.dtype("float64"))
    assert (operation(x).bound == 0).all()


CARRIED: dict[str, Callable[[Any, Any], Any]] = {
    "a + b": operator.add,
    "a - b": operator.sub,
    "a * b": operator.mul,
    "a / b": operator.truediv,
    "√a": lambda a, b: maths.sqrt(a),
    "exp(a)": lambda a, b: maths.exp(a),
    "a³": lambda a, b: a**3,
    "maximum": maths.maximum,
    "minimum": maths.minimum,
    "clip": lambda a, b: maths.clip(a, b, 3.0),
    "where": lambda a, b: maths.where(np.array([True, False, True]), a, b),
    "stack": lambda a, b: maths.stack([a, b]),
}


@pytest.mark.parametrize("name", CARRIED)
def test_a_bound_carries_all_that_the_operands_bring_and_no_more(name: str) -> None:
    """Operands moved to the ends of their bounds, which are far wider than a rounding, move the result to its end."""
    dtype = np.dtype("float64")
    a = Bounded([1.75, 0.625, 2.5], [1e6, 3e5, 2e6], dtype)
    b = Bounded([1.5, 0.75, 2.5], [2e6, 1e6, 4e5], dtype)
    ends = [(a.value + i * a.unit * a.bound, b.value + j * b.unit * b.bound) for i in (-1, 1) for j in (-1, 1)]
    bounded = CARRIED[name](a, b)
    moved = np.stack([np.abs(CARRIED[name](*pair) - bounded.value) for pair in ends]).max(axis=0)
    used = moved[bounded.bound > 10] / (bounded.unit * bounded.bound[bounded.bound > 10])
    assert used.max() <= 1.001
    assert used.min() >= 0.999
    assert moved[bounded.bound <= 10] == pytest.approx(0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("library", [np.exp, lambda x: torch.exp(torch.from_numpy(x)).numpy()], ids=["numpy", "torch"])
def test_libraries_round_exp_by_half_the_tolerance_at_most(library: Callable[[Any], Any], dtype: str) -> None:
    """numpy's vectorised exp of float32 is the worst: off by 3.3 u."""
    x = np.random.default_rng(0).uniform(-20, 20, 100_000).astype(dtype)
    assert 0.4 <= reach(maths.exp(exact(x)), library(x)) <= C / 2


COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)


@pytest.mark.parametrize("compare", COMPARISONS)
def test_exact_numbers_compare_exactly(compare: Callable[[Any, Any], Any]) -> None:
    a, b = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, -3.0])
    for got in (compare(exact(a), exact(b)), compare(exact(a), b), compare(a, exact(b))):
        assert type(got) is np.ndarray
        assert got.dtype == bool
        assert got.tolist() == compare(a, b).tolist()


@pytest.mark.parametrize("compare", COMPARISONS)
def test_a_comparison_that_rounding_decides_is_refused(compare: Callable[[Any, Any], Any]) -> None:
    near = Bounded([0.0, 1.0], [0, 1], np.dtype("float64"))
    with pytest.raises(AmbiguousError):
        compare(near, 1)
    assert compare(near, 2).tolist() == compare(near.value, 2).tolist()
    lost = Bounded([1.0], [np.inf], np.dtype("float64"))
    with pytest.raises(AmbiguousError):
        compare(lost, 1e300)


def test_a_draw_beside_a_threshold_that_the_dtype_cannot_write() -> None:
    """p = 0.8: in float32 some programs compare with 0.8, some with the number of float32 beside it."""
    p = Bounded.of(0.8, "float32")
    draws = np.float32(0.8) + np.array([-3, -2, 2, 3], "float32") * np.spacing(np.float32(0.8))
    assert (exact(draws) < p).tolist() == [True, True, False, False]
    with pytest.raises(AmbiguousError):
        exact(np.array([np.float32(0.8)])) < p  # noqa: B015  # the outcome is not wanted
    assert (exact(np.array([0.25, 0.5, 0.75], "float32")) < Bounded.of(0.5, "float32")).tolist() == [True, False, False]


def test_a_number_that_rounds_is_no_condition() -> None:
    x = exact([1.0, 0.0])
    with pytest.raises(TypeError):
        maths.where(x, x, 0.0)


def test_it_looks_like_an_array() -> None:
    values = np.arange(12.0).reshape(3, 4)
    x = Bounded(values, values + 1, np.dtype("float64"))
    assert (x.shape, x.ndim, len(x)) == ((3, 4), 2, 3)
    for got, value in (
        (x.T, values.T),
        (x.reshape(4, 3), values.reshape(4, 3)),
        (x.reshape((2, -1)), values.reshape(2, -1)),
        (x[1], values[1]),
        (x[:, ::-1], values[:, ::-1]),
        (x[None, 1:, 2], values[None, 1:, 2]),
        (x[values > 5], values[values > 5]),
        (list(x)[2], values[2]),
        (maths.ones_like(x), np.ones((3, 4))),
    ):
        assert got.value.tolist() == value.tolist()
    assert (x.T.bound == x.T.value + 1).all()
    assert (x[1:, 2].bound == x[1:, 2].value + 1).all()
    with pytest.raises(TypeError):
        iter(x[0, 0])


MOVES: dict[str, Callable[[Any], Any]] = {
    "flip": lambda x: maths.stack([maths.flip(each, 1) for each in x]),
    "flip-all": lambda x: maths.flip(x, 2),
    "rotate": lambda x: maths.stack([maths.rotate(x[i], k) for i, k in enumerate(np.array([1, -2]))]),
    "pad-and-crop": lambda x: maths.stack([maths.pad_zeros(each, 2)[1:4, 3:6] for each in x]),
    "reflect": lambda x: maths.reflect(x, 2),
    "reshape": lambda x: np.transpose(np.reshape(x, (2, -1))),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_moves_takes_its_bound_along(name: str) -> None:
    """The bounds are the values, so wherever a number goes, its bound must be there as well."""
    values = np.arange(1.0, 2 * 3 * 3 * 2 + 1).reshape(2, 3, 3, 2)
    moved = MOVES[name](Bounded(values, values, np.dtype("float32")))
    assert moved.value.tolist() == MOVES[name](values).tolist()
    assert (moved.bound == moved.value).all()


def test_what_it_does_not_know_it_refuses() -> None:
    x = exact([[1.0, 2.0]])
    for unknown in (
        lambda: np.median(x),
        lambda: np.mean(x, dtype="float32"),
        lambda: np.pad(x, 1, constant_values=7),
        lambda: np.add.reduce(x),
    ):
        with pytest.raises(TypeError):
            unknown()


def test_cancellation_shows_in_the_bound() -> None:
    a = Bounded(1.0, 1, np.dtype("float64"))
    difference = a - Bounded(1.0 - 1e-10, 1, np.dtype("float64"))
    assert difference.bound / abs(difference.value) > 1e9


def test_a_divisor_that_may_be_zero_bounds_nothing() -> None:
    one = Bounded(1.0, 0, np.dtype("float64"))
    lost = Bounded(1e-20, 1, np.dtype("float64"))
    assert np.isinf((one / lost).bound)


def test_a_root_near_zero_is_no_tighter_than_the_root_of_the_bound() -> None:
    x = Bounded(0.0, 1.0, np.dtype("float64"))
    assert float(np.sqrt(x).bound * x.unit) >= np.sqrt(x.unit)


def test_it_does_not_let_its_bound_get_lost() -> None:
    x = Bounded(1.0, 1, np.dtype("float64"))
    with pytest.raises(AmbiguousError):
        float(x)
    with pytest.raises(AmbiguousError):
        bool(x)
    with pytest.raises(TypeError):
        np.asarray(x)
    with pytest.raises(TypeError):
        np.sin(x)
    with pytest.raises(AmbiguousError):
        x < 1  # noqa: B015


def test_in_place_operators_work_as_on_arrays() -> None:
    x = Bounded([1.0, 2.0], 0, np.dtype("float64"))
    same = x
    x += 0.5
    assert x is same
    assert x.value.tolist() == [1.5, 2.5]


def test_widen_adds_one_rounding_of_the_term() -> None:
    x = Bounded([1.0, 2.0], 0, np.dtype("float64"))
    assert x.widen(Bounded(-8.0, 0, x.dtype)).bound.tolist() == [8.0, 8.0]


@pytest.mark.skipif(EXTENDED_BITS < 63, reason="numpy's longdouble is only a double on this platform")
def test_the_truth_has_more_digits_than_the_student() -> None:
    third = 1 / Bounded(3.0, 0, np.dtype("float64"))
    assert third.value != np.longdouble(1 / 3)
