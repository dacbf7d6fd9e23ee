"""Adagrad: a learning rate of its own for every weight, shorter where the gradients have been large.

G sums the squares of all past gradients, weight by weight, and the step is divided by its root. A weight that rarely
gets a gradient keeps a long step; one that gets many slows down, and for good, since G never shrinks.

The slides put ε under the root, √(G + ε); the paper, PyTorch and Keras add it outside, √G + ε. Some libraries start
G at a small positive number (Keras at 0.1); here it starts at 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.optimizers import optimizer_battery
from reference.cases import Case, Stream
from reference.maths import sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Adagrad",
    topic="Optimizers",
    order=50,
    lecture=8,
    slide="Adagrad",
    paper="Duchi, Hazan & Singer 2011, Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
    steps={"G": "G ← G + g²", "w": "w ← w − η g / √(G + ε)"},
)
def adagrad(w: Array, grad: Gradient, *, lr: float = 0.01, eps: float = 1e-8) -> Steps:
    G = zeros_like(w)
    while True:
        g = grad(w)
        G = G + g**2
        w = w - lr * g / sqrt(G + eps)
        yield {"G": G, "w": w}


@adagrad.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, eps: float) -> dict[str, Any]:
    """G as the running sum of squares; w less the running sum of the steps."""
    G = torch.cumsum(grads.square(), dim=0)
    return {"G": G, "w": w - torch.cumsum(lr * grads * torch.rsqrt(G + eps), dim=0)}


def slide_example(rng: Generator) -> Case:
    import numpy as np

    stream = Stream(np.zeros(2), np.array([[-5, 0.1], [-20, 0.05]]))
    return Case("slide-example", "the slide's two weights: G becomes (425, 0.0125)", {"lr": 0.01}, (stream,))


adagrad.cases(
    slide_example,
    *optimizer_battery(plain={"lr": 0.125, "eps": 2**-6}, odd={"lr": 0.03125, "eps": 2**-10}),
)

adagrad.mistake(
    "root_missing",
    "The square root is missing.",
    "The step is divided by √(G + ε), not by G + ε: G is a sum of squares.",
    {"sqrt(G": "(G"},
)
adagrad.mistake(
    "gradient_not_squared",
    "G adds up the gradient itself, not its square.",
    "G ← G + g²: square the gradient element by element.",
    {"g**2": "g"},
    {"g**2": "absolute(g)"},
)
adagrad.mistake(
    "accumulator_not_kept",
    "G holds only this step's square: every step comes out about η long.",
    "Make G once, before the first step, and add each g² to what is there.",
    {"G + g": "g"},
)
adagrad.mistake(
    "accumulator_scalar",
    "You keep one G for all weights, of the sum of all squares or of their mean.",
    "Each weight has a G of its own: square and add element by element, over the steps alone.",
    {"g**2": "total(g**2)"},
    {"g**2": "mean(g**2)"},
)
adagrad.mistake(
    "eps_missing",
    "ε is missing under the root.",
    "Divide by √(G + ε). It also keeps a weight whose gradients have all been zero from 0/0.",
    {"G + eps": "G"},
    {"sqrt(G + eps)": "maximum(sqrt(G), 1e-30)"},
)
adagrad.mistake(
    "accumulator_late",
    "The step is divided by the G of the step before, which is 0 at first.",
    "Add this step's g² to G before you divide by its root.",
    {"G = G": "old = G\n        G = G", "(G": "(old"},
)
adagrad.mistake(
    "average_not_sum",
    "G averages the squares instead of adding them up.",
    "G ← G + g², so that G only grows. An average that fades is RMSProp's.",
    {"G + g**2": "0.9 * G + (1 - 0.9) * g**2"},
    {"G + g**2": "0.99 * G + (1 - 0.99) * g**2"},
    {"while True:": "t = 0\n    while True:\n        t = t + 1", "G + g**2": "G + (g**2 - G) / t"},
)
adagrad.mistake(
    "lr_missing",
    "The step is not multiplied by the learning rate.",
    "w ← w − η g / √(G + ε): η is the length of the first step.",
    {"lr * ": ""},
)
adagrad.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract the step from w.",
    {"w - lr": "w + lr"},
)
adagrad.dialect(
    "eps_outside_root",
    "ε stands outside the root: √G + ε.",
    "The slides have √(G + ε). The two differ where G is as small as ε.",
    {"/ sqrt": "/ (sqrt", " + eps": ") + eps"},
    home="the paper, PyTorch, Keras",
)
adagrad.dialect(
    "accumulator_starts_at_a_tenth",
    "G starts at 0.1.",
    "The slides start it at 0. The two differ until the sum of squares has left 0.1 far behind.",
    {"G = zeros_like(w)": "G = zeros_like(w) + 0.1"},
    home="TensorFlow and Keras 3 (initial_accumulator_value=0.1)",
)
