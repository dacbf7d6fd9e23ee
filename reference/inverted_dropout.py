"""Inverted dropout, as in Keras: scaled in training, so that inference has nothing to do.

A unit is dropped with probability ``rate``. What is kept is divided by 1 − rate, which makes up for what is missing:
E[y] = (1 − rate) · x/(1 − rate) + rate · 0 = x. With rate 0.2 four fifths of the units stay and become x/0.8 = 1.25x,
and 0.8 · 1.25x = x. At inference y = x, with no trace of dropout, and this is why libraries prefer this form.

``rate`` in Keras and TensorFlow 2 and ``p`` in PyTorch are the probability of dropping; the slides' p is the one of
keeping, 1 − rate, as was TensorFlow 1's ``keep_prob``. Dividing by the wrong one of the two is the commonest mistake.
Here the mask comes from uniform draws u in [0, 1): a unit stays where u ≥ rate, as in TensorFlow; cs231n keeps where u
< 1 − rate, which has the same probability, and Dive into Deep Learning where u > rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.dropout import draws, dropout_battery, values
from reference.cases import Call, Case
from reference.maths import where
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Inverted dropout",
    topic="Dropout",
    order=820,
    lecture=8,
    slide="Dropout in Keras",
    paper="Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15, § 10",
    steps={"y": "y = x / (1 − rate) where u ≥ rate, else 0; at inference y = x"},
)
def inverted_dropout(x: Array, rate: float, u: Array, training: bool) -> Values:
    y = where(u >= rate, x / (1 - rate), 0) if training else x
    return {"y": y}


inverted_dropout.twin(
    "the scale may be a factor, 1/(1 − rate)",
    {"x / (1 - rate)": "x * (1 / (1 - rate))"},
)


@inverted_dropout.oracle
def masked(torch: Any, x: Any, rate: float, u: Any, training: bool) -> dict[str, Any]:
    """Everything scaled, and the dropped filled with zeros."""
    return {"y": (x * (1 / (1 - rate))).masked_fill(u < rate, 0) if training else x}


def slide_example(rng: Generator) -> Case:
    """Dropout(0.2) drops a fifth: of ten draws the two below 0.2, and the other eight units become x/0.8."""
    import numpy as np

    x, u = np.arange(1.0, 11), np.arange(0.05, 1, 0.1)
    call = Call({"x": x, "rate": 0.2, "u": u, "training": True})
    return Case("slide-example", "the slide's Dropout(0.2) drops a fifth", {}, calls=(call,))


def inference(rng: Generator) -> Case:
    x, u = values(rng, (4, 5)), draws(rng, (4, 5))
    calls = tuple(Call({"x": x, "rate": 0.3, "u": u, "training": training}) for training in (True, False))
    return Case("inference", "the same units in training and at inference", {}, calls=calls)


def rate_0(rng: Generator) -> Case:
    x, u = values(rng, (3, 4)), draws(rng, (3, 4))
    calls = tuple(Call({"x": x, "rate": rate, "u": u, "training": True}) for rate in (0.75, 0.0))
    return Case("rate-0", "rate 0 drops nothing and scales nothing", {}, calls=calls)


inverted_dropout.cases(
    *dropout_battery(lambda x, rate, u: {"x": x, "rate": rate, "u": u, "training": True}),
    inference,
    rate_0,
    slide_example,
)

SCALED = "where(u >= rate, x / (1 - rate), 0)"

inverted_dropout.mistake(
    "keep_drop_swapped",
    "rate is taken for the probability of keeping.",
    "rate is the probability of dropping: a unit stays where u ≥ rate, and is divided by 1 − rate.",
    {">= rate": "< rate"},
    {">= rate": "< rate", "1 - rate": "rate"},
    {">= rate": "<= rate"},
    {">= rate": "<= rate", "1 - rate": "rate"},
    {SCALED: "x * ((u < rate) / rate)"},
    {SCALED: "where(rate == 0, x, x * ((u < rate) / where(rate == 0, 1, rate)))"},
    {SCALED: "where(rate == 0, x, x * ((u <= rate) / where(rate == 0, 1, rate)))"},
    {SCALED: "x * ((u >= 1 - rate) / rate)"},
    {SCALED: "x * ((u > 1 - rate) / rate)"},
    {">= rate": ">= 1 - rate"},
    {">= rate": ">= 1 - rate", "1 - rate": "rate"},
)
inverted_dropout.mistake(
    "not_scaled",
    "The kept units are not scaled in training.",
    "Divide them by 1 − rate, so that the expectation stays x and inference need not scale.",
    {"x / (1 - rate)": "x"},
)
inverted_dropout.mistake(
    "scaled_by_rate",
    "The kept units are divided by rate instead of 1 − rate.",
    "A unit is kept with probability 1 − rate: divide by that.",
    {"1 - rate": "rate"},
    {SCALED: "x * ((u >= rate) / rate)"},
    {"(1 - rate)": "where(rate == 0, 1, rate)"},
    {"(1 - rate)": "(rate + 1e-8)"},
    {"(1 - rate)": "maximum(rate, 1e-8)"},
    {"x / (1 - rate)": "where(rate == 0, 0, x / where(rate == 0, 1, rate))"},
)
inverted_dropout.mistake(
    "scaled_twice",
    "The kept units are scaled twice in training.",
    "Divide them by 1 − rate once.",
    {"x / (1 - rate)": "x / (1 - rate) / (1 - rate)"},
)
inverted_dropout.mistake(
    "scaled_at_test",
    "Inference scales as well.",
    "Training has already divided by 1 − rate: at inference y = x.",
    {"else x": "else (1 - rate) * x"},
    {"else x": "else x / (1 - rate)"},
    {"else x": "else rate * x"},
)
inverted_dropout.mistake(
    "mask_per_row",
    "One draw decides for several units at once.",
    "Every unit has a draw of its own: compare the whole of u with rate.",
    {"(u": "(u.reshape(len(u), -1)[:, 0].reshape(-1, *[1] * (u.ndim - 1))"},
    {"(u": "((u[:, :1] if u.ndim > 1 else u)"},
    {"(u": "(u[..., :1]"},
    {"(u": "(u[..., -1:]"},
    {"(u": "(u.reshape(-1)[0]"},
)
inverted_dropout.mistake(
    "mask_per_feature",
    "One mask serves the whole batch.",
    "Every example is thinned by a mask of its own: compare the whole of u with rate.",
    {"(u": "(u[:1]"},
    {"(u": "(u[-1:]"},
)
inverted_dropout.mistake(
    "classic_dropout",
    "You scale at inference instead of in training: this is classic dropout, not the inverted one.",
    "Divide what is kept by 1 − rate in training, and return x at inference.",
    {"x / (1 - rate)": "x", "else x": "else (1 - rate) * x"},
    {"x / (1 - rate)": "x", "else x": "else rate * x"},
)
inverted_dropout.mistake(
    "training_ignored",
    "Units are dropped at inference as well.",
    "Return x where training is false.",
    {" if training else x": ""},
)
inverted_dropout.mistake(
    "training_inverted",
    "Units are dropped at inference and all kept in training.",
    "It is the other way round: drop where training is true, return x where it is false.",
    {"if training": "if not training"},
)
inverted_dropout.mistake(
    "nothing_dropped",
    "Nothing is dropped.",
    "In training, set x to zero where u < rate and divide the rest by 1 − rate.",
    {SCALED: "x"},
    {SCALED: "x / (1 - rate)"},
)
inverted_dropout.mistake(
    "scaled_by_the_kept_share",
    "What is kept is divided by the share that happened to be kept, not by 1 − rate.",
    "Divide by the probability 1 − rate: the share of a single mask varies.",
    {"1 - rate": "mean(where(u >= rate, 1.0, 0.0))"},
)
inverted_dropout.mistake(
    "scale_inverted",
    "What is kept is multiplied by 1 − rate, not divided.",
    "Few units are kept, so each must count for more: divide by 1 − rate.",
    {"x / (1 - rate)": "x * (1 - rate)"},
)
inverted_dropout.dialect(
    "other_tail",
    "The mask is taken from the other end of u: a unit stays where u < 1 − rate.",
    "Here a unit stays where u ≥ rate. Both keep with probability 1 − rate.",
    {">= rate": "< 1 - rate"},
    home="code that compares with the probability of keeping, as cs231n's",
)
inverted_dropout.dialect(
    "boundary_dropped",
    "A draw that equals rate drops its unit: u > rate keeps.",
    "Draws lie in [0, 1), so it is u ≥ rate that has the probability 1 − rate.",
    {">= rate": "> rate"},
    home="Dive into Deep Learning",
)
