"""Keras's RMSprop: a running average of the squared gradient, with a learning rate that decays.

It differs from the slides' RMSProp in ε, which is added to √a and is 1e-7 where none is given, in ρ = 0.9 for γ = 0.99,
and in the rate lr_t = lr / (1 + decay·t), t = 0, 1, …

Keras 3 has no ``decay`` (its schedule InverseTimeDecay is the same) and has moved ε under the root.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.keras_sgd import DECAY, LONG, keras_sgd
from reference.maths import sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Keras's RMSprop",
    topic="Keras optimizers",
    order=210,
    lecture=8,
    slide="Keras: RMSprop",
    paper="Keras 2, keras.optimizers.RMSprop; Tieleman & Hinton 2012, Lecture 6.5, Coursera",
    steps={"a": "a ← ρa + (1 − ρ)g²", "w": "w ← w − lr_t g / (√a + ε), lr_t = lr / (1 + decay·t)"},
)
def keras_rmsprop(
    w: Array,
    grad: Gradient,
    *,
    lr: float = 0.001,
    rho: float = 0.9,
    epsilon: float | None = None,
    decay: float = 0.0,
) -> Steps:
    eps = 1e-7 if epsilon is None else epsilon
    a = zeros_like(w)
    t = 0
    while True:
        lr_t = lr / (1 + decay * t)
        t = t + 1
        g = grad(w)
        a = rho * a + (1 - rho) * g**2
        w = w - lr_t * g / (sqrt(a) + eps)
        yield {"a": a, "w": w}


keras_rmsprop.rounds(
    "an average may be written as a += (1 − ρ)(g² − a), or as g² + ρ(a − g²)",
    {"rho * a + (1 - rho) * g**2": "(1 - rho) * a + rho * g**2"},
)


@keras_rmsprop.oracle
def closed_form(
    torch: Any, w: Any, grads: Any, *, lr: float, rho: float, epsilon: float | None, decay: float
) -> dict[str, Any]:
    """The average as a weighted sum over the whole past, a_t = (1 − ρ) Σ ρᵗ⁻ˢ g_s²."""
    t = torch.arange(len(grads), dtype=w.dtype)
    rates = (lr / (1 + decay * t)).reshape(-1, *[1] * w.dim())
    a = torch.tensordot((1 - rho) * (rho ** (t[:, None] - t).tril()).tril(), grads.square(), dims=1)
    steps = rates * grads / a.sqrt().add(1e-7 if epsilon is None else epsilon)
    return {"a": a, "w": w - torch.cumsum(steps, dim=0)}


keras_rmsprop.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "rho": 0.75, "epsilon": 2**-6, "decay": 0.25},
        odd={"lr": 0.03125, "rho": 0.84375, "epsilon": 2**-10, "decay": 0.0625},
        memoryless={"lr": 0.125, "rho": 0.0, "epsilon": 2**-6, "decay": 0.25},
        long=LONG,
        late={"lr": 2**-10, "rho": 0.84375, "epsilon": 2**-10, "decay": 0.0625},
    )
)

for known in keras_sgd.variants:  # what Keras's SGD says of the line that the four pages share
    if known.id in DECAY:
        keras_rmsprop.mistake(known.id, known.headline, known.remedy, *known.edits)

keras_rmsprop.mistake(
    "sum_not_average",
    "a adds up all squares: this is Adagrad's sum, not RMSprop's average.",
    "a ← ρa + (1 − ρ)g²: let the old a fade by ρ.",
    {"rho * a + (1 - rho) * ": "a + "},
    {"rho * a + ": "a + "},
)
keras_rmsprop.mistake(
    "weights_swapped",
    "ρ and 1 − ρ are swapped in a.",
    "ρ belongs to the old a, the small 1 − ρ to the new square: a ← ρa + (1 − ρ)g².",
    {"rho * a + (1 - rho) * ": "(1 - rho) * a + rho * "},
)
keras_rmsprop.mistake(
    "root_missing",
    "The square root is missing.",
    "The step is divided by √a + ε, not by a + ε: a is an average of squares.",
    {"sqrt(a)": "a"},
)
keras_rmsprop.mistake(
    "one_minus_rho_missing",
    "The factor 1 − ρ is missing: a is 1/(1 − ρ) times too large.",
    "a ← ρa + (1 − ρ)g²: the weights of old and new add up to 1.",
    {"(1 - rho) * ": ""},
)
keras_rmsprop.mistake(
    "gradient_not_squared",
    "a averages the gradient itself, not its square.",
    "a ← ρa + (1 − ρ)g²: square the gradient element by element.",
    {"g**2": "g"},
    {"g**2": "absolute(g)"},
)
keras_rmsprop.mistake(
    "average_not_kept",
    "a holds only this step's square: the average starts from zero in every step.",
    "Make a once, before the first step, and keep it from step to step.",
    {"rho * a + ": ""},
    {"rho * a + (1 - rho) * ": ""},
)
keras_rmsprop.mistake(
    "average_late",
    "The step is divided by the root of the a of the step before, which is 0 at first.",
    "Update a with this step's g² before you divide by its root.",
    {"a = rho": "old = a\n        a = rho", "sqrt(a": "sqrt(old"},
)
keras_rmsprop.mistake(
    "accumulator_scalar",
    "You keep one a for all weights, of the sum of all squares or of their mean.",
    "Each weight has an a of its own: square and average element by element, over the steps alone.",
    {"g**2": "total(g**2)"},
    {"g**2": "mean(g**2)"},
)
keras_rmsprop.mistake(
    "bias_corrected",
    "a is divided by 1 − ρᵏ: that correction is Adam's, RMSprop has none.",
    "Divide by √a + ε with a as it is, small in the first steps.",
    {"sqrt(a": "sqrt(a / (1 - rho**t)"},
)
keras_rmsprop.mistake(
    "eps_missing",
    "ε is missing in the divisor.",
    "Divide by √a + ε. It also keeps a weight whose gradients have all been zero from 0/0.",
    {"(sqrt(a) + eps)": "sqrt(a)"},
    {"(sqrt(a) + eps)": "maximum(sqrt(a), 1e-30)"},
)
keras_rmsprop.mistake(
    "default_epsilon",
    "Without an epsilon you take 1e-8.",
    "epsilon=None means 1e-7, what keras.backend.epsilon() gives.",
    {"1e-7": "1e-8"},
)
keras_rmsprop.mistake(
    "lr_missing",
    "The step is not multiplied by the learning rate.",
    "w ← w − lr_t g / (√a + ε) with lr_t = lr / (1 + decay·t).",
    {"lr_t * ": ""},
    {"lr_t = lr": "lr_t = 1"},
)
keras_rmsprop.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract the step from w.",
    {"w = w - lr_t": "w = w + lr_t"},
)
keras_rmsprop.dialect(
    "eps_inside_root",
    "ε stands under the root: √(a + ε).",
    "The Keras of the slides has √a + ε. The two differ where a is as small as ε.",
    {") + eps)": " + eps))"},
    home="the slides' RMSProp, Keras 3",
)
