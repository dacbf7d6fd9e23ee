"""Dropout in training: each unit stays with probability p and is set to zero otherwise.

A unit that cannot rely on its neighbours being there learns something useful by itself. Every mask is another thinned
network; all of them share their weights, so training with dropout trains an ensemble of 2ᵈ networks at once.

p is the probability of keeping a unit, as on the slides and in the paper (p = 0.8 for inputs, ½ for hidden units).
Keras, PyTorch and most libraries mean by ``rate`` or ``p`` the probability of dropping it, 1 − p here. Nothing is
scaled in training: in this form, the paper's, the test pass multiplies by p instead. The mask comes from uniform draws
u in [0, 1), which are an argument here: a unit stays where u < p.
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
    title="Dropout, training",
    topic="Dropout",
    order=800,
    lecture=8,
    slide="Dropout",
    paper="Srivastava et al. 2014, Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 15",
    steps={"y": "y = x where u < p, else 0"},
)
def dropout_train(x: Array, p: float, u: Array) -> Values:
    y = where(u < p, x, 0)
    return {"y": y}


@dropout_train.oracle
def mask(torch: Any, x: Any, p: float, u: Any) -> dict[str, Any]:
    """A mask of ones and zeros, by the sign of p − u, times x."""
    return {"y": x * torch.heaviside(p - u, torch.zeros((), dtype=x.dtype))}


def p_1(rng: Generator) -> Case:
    x, u = values(rng, (3, 4)), draws(rng, (3, 4))
    calls = tuple(Call({"x": x, "p": p, "u": u}) for p in (0.25, 1.0))
    return Case("p-1", "p = 1 keeps everything", {}, calls=calls)


dropout_train.cases(*dropout_battery(lambda x, p, u: {"x": x, "p": p, "u": u}), p_1)

dropout_train.mistake(
    "keep_drop_swapped",
    "Units are dropped with probability p instead of kept.",
    "p is the probability of keeping a unit: it stays where u < p.",
    {"< p": ">= p"},
    {"< p": "> p"},
    {"< p": "< 1 - p"},
    {"< p": "<= 1 - p"},
)
dropout_train.mistake(
    "scaled_twice",
    "The kept units are divided by p, and the test pass multiplies by p as well.",
    "In this form training scales nothing. Dividing by p belongs to inverted dropout, whose test pass is x.",
    {"x, 0": "x / p, 0"},
    {"x, 0": "x / (1 - p), 0"},
    {"x, 0)": "x, 0) / (1 - p)"},  # 0/0 where p = 1
)
dropout_train.mistake(
    "mask_per_row",
    "One draw decides for several units at once.",
    "Every unit has a draw of its own: compare the whole of u with p.",
    {"(u": "(u.reshape(len(u), -1)[:, 0].reshape(-1, *[1] * (u.ndim - 1))"},
    {"(u": "((u[:, :1] if u.ndim > 1 else u)"},
    {"(u": "(u[..., :1]"},
    {"(u": "(u[..., -1:]"},
    {"(u": "(u.reshape(-1)[0]"},
)
dropout_train.mistake(
    "mask_per_feature",
    "One mask serves the whole batch.",
    "Every example is thinned by a mask of its own: compare the whole of u with p.",
    {"(u": "(u[:1]"},
    {"(u": "(u[-1:]"},
)
dropout_train.mistake(
    "nothing_dropped",
    "Nothing is dropped.",
    "Set x to zero where u ≥ p.",
    {"where(u < p, x, 0)": "x + 0"},
    {"where(u < p, x, 0)": "p * x"},
)
dropout_train.mistake(
    "mask_returned",
    "You return the mask, not the units it lets through.",
    "Multiply x by the mask.",
    {"x, 0": "1 + 0 * x, 0"},
)
dropout_train.mistake(
    "scaled_by_p",
    "The kept units are multiplied by p.",
    "In this form training scales nothing: multiplying by p is what the test pass does.",
    {"x, 0": "p * x, 0"},
)
dropout_train.dialect(
    "other_tail",
    "The mask is taken from the other end of u: a unit stays where u ≥ 1 − p.",
    "Here a unit stays where u < p. Both keep with probability p.",
    {"< p": ">= 1 - p"},
    home="code that compares with the probability of dropping, as TensorFlow's",
)
dropout_train.dialect(
    "boundary_kept",
    "A draw that equals p keeps its unit: u ≤ p.",
    "Draws lie in [0, 1), so it is u < p that has the probability p.",
    {"< p": "<= p"},
    home="random number generators whose draws lie in (0, 1], as cuRAND's",
)
