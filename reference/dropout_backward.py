"""Dropout, the backward pass: the gradient goes where the signal went.

In training inverted dropout multiplies each unit by a constant, 1/(1 − rate) if it was kept and 0 if not. The gradient
of a product by a constant is the same product: dx = dy/(1 − rate) where u ≥ rate, else 0. It has to be the same mask
as in the forward pass, hence the same draws u: another would send gradients into units that took no part. And the scale
is part of it.

``rate`` is the probability of dropping, as in Keras. In the classic form, which does not scale in training, the
gradient is not scaled either.
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
    title="Dropout, backward",
    topic="Dropout",
    order=830,
    lecture=8,
    slide="Dropout in Keras",
    paper="Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15",
    steps={"dx": "dx = dy / (1 − rate) where u ≥ rate, else 0"},
)
def dropout_backward(dy: Array, rate: float, u: Array) -> Values:
    dx = where(u >= rate, dy / (1 - rate), 0)
    return {"dx": dx}


dropout_backward.twin(
    "the scale may be a factor, 1/(1 − rate)",
    {"dy / (1 - rate)": "dy * (1 / (1 - rate))"},
)


@dropout_backward.oracle
def autograd(torch: Any, dy: Any, rate: float, u: Any) -> dict[str, Any]:
    """Automatic differentiation through the forward pass; its x does not matter."""
    x = torch.ones_like(dy, requires_grad=True)
    y = (x / (1 - rate)).masked_fill(u < rate, 0)
    return {"dx": torch.autograd.grad(y, x, dy)[0]}


def rate_0(rng: Generator) -> Case:
    dy, u = values(rng, (3, 4)), draws(rng, (3, 4))
    calls = tuple(Call({"dy": dy, "rate": rate, "u": u}) for rate in (0.75, 0.0))
    return Case("rate-0", "rate 0 drops nothing and scales nothing", {}, calls=calls)


dropout_backward.cases(*dropout_battery(lambda dy, rate, u: {"dy": dy, "rate": rate, "u": u}), rate_0)

SCALED = "where(u >= rate, dy / (1 - rate), 0)"

dropout_backward.mistake(
    "keep_drop_swapped",
    "rate is taken for the probability of keeping.",
    "rate is the probability of dropping: the gradient passes where u ≥ rate, divided by 1 − rate.",
    {">= rate": "< rate"},
    {">= rate": "< rate", "1 - rate": "rate"},
    {">= rate": "<= rate"},
    {">= rate": "<= rate", "1 - rate": "rate"},
    {SCALED: "dy * ((u < rate) / rate)"},
    {SCALED: "where(rate == 0, dy, dy * ((u < rate) / where(rate == 0, 1, rate)))"},
    {SCALED: "where(rate == 0, dy, dy * ((u <= rate) / where(rate == 0, 1, rate)))"},
    {SCALED: "dy * ((u >= 1 - rate) / rate)"},
    {SCALED: "dy * ((u > 1 - rate) / rate)"},
    {">= rate": ">= 1 - rate"},
    {">= rate": ">= 1 - rate", "1 - rate": "rate"},
)
dropout_backward.mistake(
    "not_scaled",
    "The gradient is not scaled.",
    "The forward pass divides what it keeps by 1 − rate; so does the gradient.",
    {"dy / (1 - rate)": "dy"},
)
dropout_backward.mistake(
    "scaled_twice",
    "The gradient is scaled twice.",
    "Divide it by 1 − rate once.",
    {"dy / (1 - rate)": "dy / (1 - rate) / (1 - rate)"},
)
dropout_backward.mistake(
    "mask_per_row",
    "One draw decides for several units at once.",
    "Every unit has a draw of its own: compare the whole of u with rate.",
    {"(u": "(u.reshape(len(u), -1)[:, 0].reshape(-1, *[1] * (u.ndim - 1))"},
    {"(u": "((u[:, :1] if u.ndim > 1 else u)"},
    {"(u": "(u[..., :1]"},
    {"(u": "(u[..., -1:]"},
    {"(u": "(u.reshape(-1)[0]"},
)
dropout_backward.mistake(
    "mask_per_feature",
    "One mask serves the whole batch.",
    "Every example was thinned by a mask of its own: compare the whole of u with rate.",
    {"(u": "(u[:1]"},
    {"(u": "(u[-1:]"},
)
dropout_backward.mistake(
    "scaled_by_rate",
    "The gradient is divided by rate instead of 1 − rate.",
    "A unit is kept with probability 1 − rate: divide by that.",
    {"1 - rate": "rate"},
    {SCALED: "dy * ((u >= rate) / rate)"},
    {"(1 - rate)": "where(rate == 0, 1, rate)"},
    {"(1 - rate)": "(rate + 1e-8)"},
    {"(1 - rate)": "maximum(rate, 1e-8)"},
    {"dy / (1 - rate)": "where(rate == 0, 0, dy / where(rate == 0, 1, rate))"},
)
dropout_backward.mistake(
    "scale_undone",
    "The gradient is multiplied by 1 − rate instead of divided.",
    "The derivative of x/(1 − rate) is 1/(1 − rate): the gradient is scaled as the signal was.",
    {"dy / (1 - rate)": "dy * (1 - rate)"},
)
dropout_backward.mistake(
    "mask_missing",
    "The gradient passes the dropped units as well.",
    "A dropped unit took no part: its gradient is 0 where u < rate.",
    {SCALED: "dy"},
    {SCALED: "dy / (1 - rate)"},
)
dropout_backward.mistake(
    "scaled_by_the_kept_share",
    "What is kept is divided by the share that happened to be kept, not by 1 − rate.",
    "Divide by the probability 1 − rate: the share of a single mask varies.",
    {"1 - rate": "mean(where(u >= rate, 1.0, 0.0))"},
)
dropout_backward.dialect(
    "other_tail",
    "The mask is taken from the other end of u: the gradient passes where u < 1 − rate.",
    "Here it passes where u ≥ rate. Both keep with probability 1 − rate.",
    {">= rate": "< 1 - rate"},
    home="code that compares with the probability of keeping, as cs231n's",
)
dropout_backward.dialect(
    "boundary_dropped",
    "A draw that equals rate drops its unit: the gradient passes where u > rate.",
    "Draws lie in [0, 1), so it is u ≥ rate that has the probability 1 − rate.",
    {">= rate": "> rate"},
    home="Dive into Deep Learning",
)
