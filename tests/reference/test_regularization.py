"""The slides' worked examples of dropout, digit for digit, and what the forms of dropout have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reference import pages
from tests.reference.replay import SEED


def example(algorithm: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of a page's worked example, and what it comes to."""
    page = pages()[algorithm]
    case = next(case for case in page.draw(SEED) if case.id == "slide-example")
    (call,) = case.calls
    return dict(call.args), page(**call.args)


def test_two_inputs_at_one_half():
    args, found = example("dropout_expectation")
    (w1, w2), (x1, x2) = args["w"], args["x"]
    assert args["p"] == 0.5
    assert found["E"] == 0.5 * (w1 * x1 + w2 * x2) == -0.25


def test_the_four_masks_of_two_inputs_each_count_a_quarter():
    """¼(w₁x₁ + w₂x₂) + ¼w₁x₁ + ¼w₂x₂ + ¼·0, as the slide has it."""
    args, found = example("dropout_expectation")
    (w1, w2), (x1, x2) = args["w"], args["x"]
    assert found["E"] == (w1 * x1 + w2 * x2) / 4 + w1 * x1 / 4 + w2 * x2 / 4 + 0 / 4


def test_dropout_of_a_fifth_drops_a_fifth():
    args, found = example("inverted_dropout")
    assert args["rate"] == 0.2
    dropped = found["y"] == 0
    assert dropped.mean() == 0.2
    assert [f"{each:.12g}" for each in found["y"]] == [
        f"{0 if u < 0.2 else 1.25 * x:.12g}" for x, u in zip(args["x"], args["u"], strict=True)
    ]


@pytest.mark.parametrize("p", [0.3, 0.8])
def test_classic_and_inverted_dropout_keep_the_same_units(p: float):
    """With draws u and 1 − u they have one mask; scaling tells them apart, in training and at test time."""
    rng = np.random.default_rng(SEED)
    x, u = rng.normal(size=(40, 5)), rng.uniform(size=(40, 5))
    classic = pages()["dropout_train"](x, p, u)["y"]
    inverted = pages()["inverted_dropout"](x, 1 - p, 1 - u, True)["y"]
    np.testing.assert_allclose(classic, p * inverted)
    assert (pages()["inverted_dropout"](x, 1 - p, 1 - u, False)["y"] == x).all()
    assert (pages()["dropout_test"](x, p)["y"] == p * x).all()


def test_scaling_makes_up_for_what_is_dropped():
    """Over draws spread evenly over [0, 1) the mean of inverted dropout is x, and that of the classic one p·x."""
    u = (np.arange(1000) + 0.5) / 1000
    x = np.full_like(u, 3.0)
    assert pages()["inverted_dropout"](x, 0.2, u, True)["y"].mean() == pytest.approx(3.0)
    assert pages()["dropout_train"](x, 0.8, u)["y"].mean() == pytest.approx(0.8 * 3.0)


@pytest.mark.parametrize("d", [1, 2, 7])
def test_the_expectation_is_that_of_the_test_pass(d: int):
    rng = np.random.default_rng(SEED)
    w, x = rng.normal(size=(2, d))
    assert pages()["dropout_expectation"](w, x, 0.7)["E"] == pytest.approx(w @ pages()["dropout_test"](x, 0.7)["y"])
