"""The bound must hold: whatever a program in the student's dtype gets lies within the derived bound of the truth."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.grading.bounded import EXTENDED_BITS, AmbiguousError, Bounded

DTYPES = ("float32", "float64")

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
}


def within(bounded: Bounded, value: Any, slack: float = 1.0) -> bool:
    error = np.abs(np.asarray(value, dtype=np.longdouble) - bounded.value)
    return bool((error <= slack * bounded.unit * bounded.bound).all())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPERATIONS)
@given(pairs=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8))
def test_a_program_in_the_dtype_stays_within_the_bound(name: str, dtype: str, pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs, dtype=dtype).T
    operation = OPERATIONS[name]
    exact = Bounded(a, 0, a.dtype), Bounded(b, 0, b.dtype)
    assert within(operation(*exact), operation(a, b), slack=1.001)  # first order: second-order terms are left out


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=st.lists(numbers, min_size=1, max_size=30))
def test_a_sum_holds_in_any_order(dtype: str, x: list[float]) -> None:
    values = np.array(x, dtype=dtype)
    bounded = np.sum(Bounded(values, 0, values.dtype))  # type: ignore[call-overload]
    for order in (values, values[::-1], np.sort(values), -np.sort(-values)):
        total = values.dtype.type(0)
        for each in order:
            total += each
        assert within(bounded, total, slack=1.001)


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
    "exact",
    [
        lambda x: x + 0,
        lambda x: x - 0,
        lambda x: 1 * x,
        lambda x: -1 * x,
        lambda x: x / 1,
        lambda x: 0 * x,
        lambda x: +x,
    ],
)
def test_exact_operations_add_nothing(exact: Callable[[Bounded], Bounded]) -> None:
    x = Bounded([0.1, 3.0], 0, np.dtype("float64"))
    assert (exact(x).bound == 0).all()


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
