"""The expectation of a linear unit under dropout, and why the test pass multiplies by p.

A unit y = Σ wᵢxᵢ sees its d inputs through a mask: y = Σ mᵢwᵢxᵢ. There are 2ᵈ masks; one that keeps k inputs has the
probability pᵏ(1 − p)ᵈ⁻ᵏ. Summing y over all of them with these weights is the expectation, and since y is linear in
every mᵢ, whose mean is p, all of it comes to E[y] = p Σ wᵢxᵢ: one pass with everything scaled by p is the average
over all 2ᵈ thinned networks.

The slides have two inputs and p = ½: E[y] = ¼(w₁x₁ + w₂x₂) + ¼w₁x₁ + ¼w₂x₂ + ¼·0 = ½(w₁x₁ + w₂x₂). Only at p = ½ are
all masks equally likely. p is the probability of keeping, as on the slides.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case, Dtype
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Dropout, expectation",
    topic="Dropout",
    order=840,
    lecture=8,
    slide="Dropout: test time",
    paper="Baldi & Sadowski 2013, Understanding Dropout",
    steps={"E": "E[y] = Σ over all masks m of P(m) · Σ mᵢwᵢxᵢ"},
)
def dropout_expectation(w: Array, x: Array, p: float) -> Values:
    E = 0.0
    for mask in product((0, 1), repeat=len(w)):
        probability = 1.0
        y = 0.0
        for m, w_i, x_i in zip(mask, w, x, strict=True):
            probability = probability * (p if m else 1 - p)
            y = y + m * w_i * x_i
        E = E + probability * y
    return {"E": E}


dropout_expectation.twin("E[y] = p Σ wᵢxᵢ, since y is linear", {"E = 0.0": 'return {"E": p * total(w * x)}'})


@dropout_expectation.oracle
def closed_form(torch: Any, w: Any, x: Any, p: float) -> dict[str, Any]:
    """One pass with everything scaled by p."""
    return {"E": torch.dot(w, p * x)}


def call(rng: Generator, d: int, p: float, dtype: Dtype = "float64") -> Call:
    w, x = rng.choice([-1, 1], (2, d)) * rng.uniform(0.5, 2, (2, d))
    return Call({"w": w.astype(dtype), "x": x.astype(dtype), "p": p})


def slide_example(rng: Generator) -> Case:
    """½(w₁x₁ + w₂x₂) = ½(3·0.5 + (−1)·2) = −0.25."""
    import numpy as np

    example = Call({"w": np.array([3.0, -1.0]), "x": np.array([0.5, 2.0]), "p": 0.5})
    return Case("slide-example", "the slide's two inputs at p = ½: E[y] = ½(w₁x₁ + w₂x₂)", {}, calls=(example,))


def plain(rng: Generator) -> Case:
    return Case("plain", "two inputs at p = 0.8", {}, calls=(call(rng, 2, 0.8),))


def probabilities(rng: Generator) -> Case:
    calls = tuple(call(rng, 3, p) for p in (0.3, 0.9, 1.0))
    return Case("probabilities", "three inputs, from rarely kept to always kept", {}, calls=calls)


def inputs(rng: Generator) -> Case:
    calls = tuple(call(rng, d, 0.7) for d in (1, 5))
    return Case("inputs", "one input, and five: 32 masks", {}, calls=calls)


def float32(rng: Generator) -> Case:
    return Case("float32", "four inputs in float32", {}, dtype="float32", calls=(call(rng, 4, 0.8, "float32"),))


dropout_expectation.cases(slide_example, plain, probabilities, inputs, float32)

dropout_expectation.mistake(
    "keep_drop_swapped",
    "p is taken for the probability of dropping.",
    "p is the probability of keeping an input: E[y] = p Σ wᵢxᵢ.",
    {"p if m else 1 - p": "1 - p if m else p"},
)
dropout_expectation.mistake(
    "not_scaled",
    "Your value is y with no input dropped.",
    "Each input is there only with probability p: E[y] = p Σ wᵢxᵢ.",
    {"E = 0.0": 'return {"E": total(w * x)}'},
)
dropout_expectation.mistake(
    "scaled_twice",
    "Your value is scaled by p twice.",
    "The mask is the only thing that is random, and its mean is p: E[y] = p Σ wᵢxᵢ.",
    {"probability * y": "p * probability * y"},
)
dropout_expectation.mistake(
    "divided_by_p",
    "Σ wᵢxᵢ is divided by p instead of multiplied.",
    "Fewer inputs are there than without dropout, so the expectation is smaller: E[y] = p Σ wᵢxᵢ.",
    {"E = 0.0": 'return {"E": total(w * x) / p}'},
)
dropout_expectation.mistake(
    "masks_weighted_equally",
    "All masks count alike, which is right for p = ½ only.",
    "A mask that keeps k of d inputs has the probability pᵏ(1 − p)ᵈ⁻ᵏ.",
    {"p if m else 1 - p": "0.5"},
)
dropout_expectation.mistake(
    "only_p_multiplied",
    "A mask's probability leaves out the inputs that it drops.",
    "A kept input has the probability p and a dropped one 1 − p: multiply both kinds, pᵏ(1 − p)ᵈ⁻ᵏ.",
    {"p if m else 1 - p": "p if m else 1"},
)
dropout_expectation.mistake(
    "probability_missing",
    "The masks' values are added up without their probabilities.",
    "Each mask's y counts by its probability, pᵏ(1 − p)ᵈ⁻ᵏ.",
    {"probability * y": "y"},
)
dropout_expectation.mistake(
    "mean_for_sum",
    "y is the mean of wᵢxᵢ, not their sum.",
    "y = Σ mᵢwᵢxᵢ: add up over the inputs and do not divide by their number.",
    {"probability * y": "probability * y / len(w)"},
)
dropout_expectation.mistake(
    "input_or_weight_missing",
    "y is made of the inputs or of the weights alone.",
    "y = Σ mᵢwᵢxᵢ: each input counts by its weight.",
    {"m * w_i * x_i": "m * x_i"},
    {"m * w_i * x_i": "m * w_i"},
)
dropout_expectation.mistake(
    "sums_multiplied",
    "The sum of the weights is multiplied by the sum of the inputs.",
    "Multiply pair by pair, then add up: Σ wᵢxᵢ.",
    {"E = 0.0": 'return {"E": p * total(w) * total(x)}'},
)
