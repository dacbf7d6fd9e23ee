"""Keras's Adagrad: the sum of all squared gradients, with a learning rate that decays besides.

It differs from the slides' Adagrad in ε, which is added to √a and is 1e-7 where none is given, and in the rate
lr_t = lr / (1 + decay·t), t = 0, 1, … The sum a slows the steps down by itself; decay comes on top of that.

The slides start a at 0, as the first Keras did; TensorFlow's and Keras 3 start it at 0.1. Keras 3 has no ``decay`` (its
schedule InverseTimeDecay is the same) and has moved ε under the root.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.keras_sgd import DECAY, LONG, keras_sgd
from reference.maths import sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Keras's Adagrad",
    topic="Keras optimizers",
    order=220,
    lecture=8,
    slide="Keras: Adagrad",
    paper="Keras 2, keras.optimizers.Adagrad; Duchi, Hazan & Singer 2011, Adaptive Subgradient Methods",
    steps={"a": "a ← a + g²", "w": "w ← w − lr_t g / (√a + ε), lr_t = lr / (1 + decay·t)"},
)
def keras_adagrad(
    w: Array, grad: Gradient, *, lr: float = 0.01, epsilon: float | None = None, decay: float = 0.0
) -> Steps:
    eps = 1e-7 if epsilon is None else epsilon
    a = zeros_like(w)
    t = 0
    while True:
        lr_t = lr / (1 + decay * t)
        t = t + 1
        g = grad(w)
        a = a + g**2
        w = w - lr_t * g / (sqrt(a) + eps)
        yield {"a": a, "w": w}


@keras_adagrad.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, epsilon: float | None, decay: float) -> dict[str, Any]:
    """a as the running sum of squares; w less the running sum of the steps."""
    t = torch.arange(len(grads), dtype=w.dtype)
    rates = (lr / (1 + decay * t)).reshape(-1, *[1] * w.dim())
    a = torch.cumsum(grads.square(), dim=0)
    steps = rates * grads / a.sqrt().add(1e-7 if epsilon is None else epsilon)
    return {"a": a, "w": w - torch.cumsum(steps, dim=0)}


keras_adagrad.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "epsilon": 2**-6, "decay": 0.25},
        odd={"lr": 0.03125, "epsilon": 2**-10, "decay": 0.0625},
        long=LONG,
        late={"lr": 2**-10, "epsilon": 2**-10, "decay": 0.0625},
    )
)

for known in keras_sgd.variants:  # what Keras's SGD says of the line that the four pages share
    if known.id in DECAY:
        keras_adagrad.mistake(known.id, known.headline, known.remedy, *known.edits)

keras_adagrad.mistake(
    "root_missing",
    "The square root is missing.",
    "The step is divided by √a + ε, not by a + ε: a is a sum of squares.",
    {"sqrt(a)": "a"},
)
keras_adagrad.mistake(
    "gradient_not_squared",
    "a adds up the gradient itself, not its square.",
    "a ← a + g²: square the gradient element by element.",
    {"g**2": "g"},
    {"g**2": "absolute(g)"},
)
keras_adagrad.mistake(
    "accumulator_not_kept",
    "a holds only this step's square: every step comes out about lr_t long.",
    "Make a once, before the first step, and add each g² to what is there.",
    {"a + g**2": "g**2"},
)
keras_adagrad.mistake(
    "accumulator_late",
    "The step is divided by the root of the a of the step before, which is 0 at first.",
    "Add this step's g² to a before you divide by its root.",
    {"a = a": "old = a\n        a = a", "sqrt(a": "sqrt(old"},
)
keras_adagrad.mistake(
    "accumulator_scalar",
    "You keep one a for all weights, of the sum of all squares or of their mean.",
    "Each weight has an a of its own: square and add element by element, over the steps alone.",
    {"g**2": "total(g**2)"},
    {"g**2": "mean(g**2)"},
)
keras_adagrad.mistake(
    "average_not_sum",
    "a averages the squares instead of adding them up.",
    "a ← a + g², so that a only grows. An average that fades is RMSprop's.",
    {"a + g**2": "0.9 * a + (1 - 0.9) * g**2"},
    {"a + g**2": "0.99 * a + (1 - 0.99) * g**2"},
    {"a + g**2": "a + (g**2 - a) / t"},
)
keras_adagrad.mistake(
    "eps_missing",
    "ε is missing in the divisor.",
    "Divide by √a + ε. It also keeps a weight whose gradients have all been zero from 0/0.",
    {"(sqrt(a) + eps)": "sqrt(a)"},
    {"(sqrt(a) + eps)": "maximum(sqrt(a), 1e-30)"},
)
keras_adagrad.mistake(
    "default_epsilon",
    "Without an epsilon you take 1e-8.",
    "epsilon=None means 1e-7, what keras.backend.epsilon() gives.",
    {"1e-7": "1e-8"},
)
keras_adagrad.mistake(
    "lr_missing",
    "The step is not multiplied by the learning rate.",
    "w ← w − lr_t g / (√a + ε) with lr_t = lr / (1 + decay·t).",
    {"lr_t * ": ""},
    {"lr_t = lr": "lr_t = 1"},
)
keras_adagrad.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract the step from w.",
    {"w = w - lr_t": "w = w + lr_t"},
)
keras_adagrad.dialect(
    "eps_inside_root",
    "ε stands under the root: √(a + ε).",
    "The Keras of the slides has √a + ε. The two differ where a is as small as ε.",
    {") + eps)": " + eps))"},
    home="the slides' Adagrad, Keras 3",
)
keras_adagrad.dialect(
    "accumulator_starts_at_a_tenth",
    "a starts at 0.1.",
    "The Keras of the slides starts it at 0. The two differ until the sum of squares has left 0.1 far behind.",
    {"a = zeros_like(w)": "a = zeros_like(w) + 0.1"},
    home="TensorFlow's Keras, Keras 3 (initial_accumulator_value=0.1)",
)
