"""Dropout at test time: every unit stays, scaled by p.

In training a unit was there only with probability p, so the layer above is used to p·x on average. At test time
nothing is random and every unit is there; multiplying by p makes what arrives above the same in expectation. For a
single linear layer this is exactly the mean over all masks; with nonlinear layers on top it approximates the mean of
the ensemble, and well.

p is the probability of keeping a unit. The paper multiplies the weights that leave the unit by p, which comes to the
same. Inverted dropout divides by p in training instead, and leaves the test pass alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.dropout import values
from reference.cases import Call, Case, Dtype
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Dropout, test",
    topic="Dropout",
    order=810,
    lecture=8,
    slide="Dropout",
    paper="Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15",
    steps={"y": "y = p·x"},
)
def dropout_test(x: Array, p: float) -> Values:
    y = p * x
    return {"y": y}


dropout_test.twin("what is dropped may be subtracted", {"p * x": "x - (1 - p) * x"})


@dropout_test.oracle
def between(torch: Any, x: Any, p: float) -> dict[str, Any]:
    """As far from 0 to x as p says."""
    return {"y": torch.lerp(torch.zeros_like(x), x, p)}


def call(rng: Generator, shape: tuple[int, ...], p: float, dtype: Dtype = "float64") -> Call:
    return Call({"x": values(rng, shape, dtype), "p": p})


def plain(rng: Generator) -> Case:
    return Case("plain", "4 examples of 5 units", {}, calls=(call(rng, (4, 5), 0.8),))


def probabilities(rng: Generator) -> Case:
    calls = tuple(call(rng, (6,), p) for p in (0.3, 0.5, 1.0, 0.0625))
    return Case("probabilities", "from rarely kept to always kept", {}, calls=calls)


def images(rng: Generator) -> Case:
    return Case("images", "a 4-d array", {}, calls=(call(rng, (3, 2, 3, 2), 0.7),))


def float32(rng: Generator) -> Case:
    return Case("float32", "in float32", {}, dtype="float32", calls=(call(rng, (5, 4), 0.9, "float32"),))


dropout_test.cases(plain, probabilities, images, float32)

dropout_test.mistake(
    "keep_drop_swapped",
    "x is multiplied by 1 − p, the probability of dropping.",
    "p is the probability of keeping a unit, and of its being there in training: multiply by p.",
    {"p * x": "(1 - p) * x"},
)
dropout_test.mistake(
    "not_scaled",
    "x is not scaled.",
    "In training only a part p of the units was there. Multiply by p, so that the layer above gets what it is used to.",
    {"p * x": "x + 0"},
)
dropout_test.mistake(
    "scaled_twice",
    "x is multiplied by p twice.",
    "Training scales nothing in this form, and the test pass multiplies by p once.",
    {"p * x": "p * p * x"},
)
dropout_test.mistake(
    "divided_by_p",
    "x is divided by p instead of multiplied.",
    "At test time more units are there than in training, so each must count for less: multiply by p.",
    {"p * x": "x / p"},
    {"p * x": "x / (1 - p)"},
)
dropout_test.mistake(
    "all_dropped",
    "Everything is set to zero.",
    "At test time no unit is dropped: multiply x by p.",
    {"p * x": "zeros_like(x)"},
)
