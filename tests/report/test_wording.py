from __future__ import annotations

import math

import pytest

from harness.report.wording import (
    distance,
    error,
    points,
    ratio,
    short,
    split_digits,
    unlike,
    visible,
    without_orders,
    writer,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("m̂ ← β₁m, 한글, it's", "m̂ ← β₁m, 한글, it's"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_acts_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("a\n \t::error::x\nb", "a\n \t\\x3a:error::x\nb"),
        ("\x1b[1m::error::x", "\x1b[1m\\x3a:error::x"),
        ("a ##[error]x", "a \\x23#[error]x"),
        ("##vso[task.complete]", "\\x23#vso[task.complete]"),
        ("###[group]", "#\\x23#[group]"),
        ("x[:, ::-1]  # ## [1] a::b", "x[:, ::-1]  # ## [1] a::b"),
    ],
)
def test_no_line_is_an_order_to_who_reads_the_log(text: str, shown: str) -> None:
    assert without_orders(text) == shown
    assert without_orders(shown) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert short("a" * 10_000, 10) == "aaaaaaaaaa … (9,990 more characters)"
    assert short("a" * 10, 10) == "a" * 10


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (0.001, "<0.01"),
        (0.32, "0.32"),
        (1.0, "1.00"),
        (1.0001, ">1"),
        (17717.2, "17,717"),
        (3.7e13, "3.7e+13"),
        (math.inf, "∞"),
        (math.nan, "∞"),
    ],
)
def test_a_ratio_over_one_never_reads_as_one(value: float, shown: str) -> None:
    assert ratio(value) == shown


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.32, "0.32 × tolerance"),
        (17717.2, "17,717 × tolerance"),
        (3.1e13, "far beyond rounding"),
        (math.inf, "far beyond rounding"),
        (math.nan, "far beyond rounding"),
    ],
)
def test_a_ratio_within_a_sentence(value: float, said: str) -> None:
    assert distance(value) == said


def test_sizes_and_points() -> None:
    assert (error(0.0), error(0.00032), error(math.nan)) == ("0", "3.2e-04", "nan")
    assert (points(31.5), points(40.0), points(1 / 3)) == ("31.5", "40", "0.33")


@pytest.mark.parametrize(
    ("a", "b"), [(0.576456, 0.549905), (1.0, 1.0 + 1e-12), (1.0, 1.0 + 2**-52), (1e-30, 2e-30), (1e10, 1e10 + 1)]
)
def test_numbers_that_differ_are_written_apart(a: float, b: float) -> None:
    one, other = unlike(a, b)
    assert one != other
    write = writer([a, b], [(a, b)])
    assert write(a) != write(b)


def test_a_column_aligns() -> None:
    write = writer([0.589905, 0.25, -12.5])
    assert [write(0.589905), write(-12.5), write(math.nan)] == ["0.5899050", "-12.5000000", "nan"]


def test_digits_are_cut_where_they_begin_to_differ() -> None:
    assert split_digits("0.576456", "0.549905") == ("0.5", "49905")
    assert split_digits("0.576456", "-0.549905") == ("", "-0.549905")
    assert split_digits("0.5", "0.5") == ("0.5", "")
