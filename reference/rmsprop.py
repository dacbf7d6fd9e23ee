"""RMSProp: Adagrad with a memory that fades.

Adagrad's G only grows, and its steps die out. Here G is a running average of the squared gradient, so that a step is
about as long as the gradient is large compared with its own recent size (RMS: root mean square).

Hinton's lecture has no ε and γ = 0.9; the slides have γ = 0.99, as PyTorch, and ε under the root, √(G + ε). PyTorch
and Keras add it outside, √G + ε.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.maths import sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="RMSProp",
    topic="Optimizers",
    order=60,
    lecture=8,
    slide="RMSProp",
    paper="Tieleman & Hinton 2012, Lecture 6.5 of Neural Networks for Machine Learning, Coursera",
    steps={"G": "G ← γG + (1 − γ)g²", "w": "w ← w − η g / √(G + ε)"},
)
def rmsprop(w: Array, grad: Gradient, *, lr: float = 0.001, gamma: float = 0.99, eps: float = 1e-8) -> Steps:
    G = zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        w = w - lr * g / sqrt(G + eps)
        yield {"G": G, "w": w}


rmsprop.rounds(
    "an average may be written as G += (1 − γ)(g² − G), or as g² + γ(G − g²)",
    {"gamma * G + (1 - gamma) * g**2": "(1 - gamma) * G + gamma * g**2"},
)


@rmsprop.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, gamma: float, eps: float) -> dict[str, Any]:
    """The average as a weighted sum over the whole past, G_t = (1 − γ) Σ γᵗ⁻ˢ g_s²."""
    t = torch.arange(len(grads), dtype=w.dtype)
    past = (t[:, None] - t).tril()
    G = torch.tensordot((1 - gamma) * (gamma**past).tril(), grads.square(), dims=1)
    return {"G": G, "w": w - torch.cumsum(lr * grads * torch.rsqrt(G + eps), dim=0)}


rmsprop.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "gamma": 0.75, "eps": 2**-6},
        odd={"lr": 0.03125, "gamma": 0.84375, "eps": 2**-10},
        memoryless={"lr": 0.125, "gamma": 0.0, "eps": 2**-6},
        late={"lr": 0.03125, "gamma": 1 - 2**-8, "eps": 2**-10},
    )
)

rmsprop.mistake(
    "sum_not_average",
    "G adds up all squares: this is Adagrad's G, not RMSProp's.",
    "G ← γG + (1 − γ)g²: let the old G fade by γ.",
    {"gamma * G + (1 - gamma) * ": "G + "},
    {"gamma * G + ": "G + "},
)
rmsprop.mistake(
    "weights_swapped",
    "γ and 1 − γ are swapped in G.",
    "γ belongs to the old G, the small 1 − γ to the new square: G ← γG + (1 − γ)g².",
    {"gamma * G + (1 - gamma) * ": "(1 - gamma) * G + gamma * "},
)
rmsprop.mistake(
    "root_missing",
    "The square root is missing.",
    "The step is divided by √(G + ε), not by G + ε: G is an average of squares.",
    {"sqrt(G": "(G"},
)
rmsprop.mistake(
    "one_minus_gamma_missing",
    "The factor 1 − γ is missing: G is 1/(1 − γ) times too large.",
    "G ← γG + (1 − γ)g²: the weights of old and new add up to 1.",
    {"(1 - gamma) * ": ""},
)
rmsprop.mistake(
    "gradient_not_squared",
    "G averages the gradient itself, not its square.",
    "G ← γG + (1 − γ)g²: square the gradient element by element.",
    {"g**2": "g"},
    {"g**2": "absolute(g)"},
)
rmsprop.mistake(
    "average_not_kept",
    "G holds only this step's square: the average starts from zero in every step.",
    "Make G once, before the first step, and keep it from step to step.",
    {"gamma * G + ": ""},
    {"gamma * G + (1 - gamma) * ": ""},
)
rmsprop.mistake(
    "accumulator_scalar",
    "You keep one G for all weights, of the sum of all squares or of their mean.",
    "Each weight has a G of its own: square and average element by element, over the steps alone.",
    {"g**2": "total(g**2)"},
    {"g**2": "mean(g**2)"},
)
rmsprop.mistake(
    "eps_missing",
    "ε is missing under the root.",
    "Divide by √(G + ε). It also keeps a weight whose gradients have all been zero from 0/0.",
    {"G + eps": "G"},
    {"sqrt(G + eps)": "maximum(sqrt(G), 1e-30)"},
)
rmsprop.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Divide by √(G + ε) with the argument eps.",
    {"while True:": "eps = 1e-8\n    while True:"},
    {"while True:": "eps = 1e-7\n    while True:"},
)
rmsprop.mistake(
    "average_late",
    "The step is divided by the G of the step before, which is 0 at first.",
    "Update G with this step's g² before you divide by its root.",
    {"G = gamma": "old = G\n        G = gamma", "(G": "(old"},
)
rmsprop.mistake(
    "bias_corrected",
    "G is divided by 1 − γᵗ: that correction is Adam's, RMSProp has none.",
    "Divide by √(G + ε) with G as it is, small in the first steps.",
    {"while True:": "t = 0\n    while True:\n        t = t + 1", "(G": "(G / (1 - gamma**t)"},
)
rmsprop.mistake(
    "lr_missing",
    "The step is not multiplied by the learning rate.",
    "w ← w − η g / √(G + ε).",
    {"lr * ": ""},
)
rmsprop.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract the step from w.",
    {"w - lr": "w + lr"},
)
rmsprop.dialect(
    "eps_outside_root",
    "ε stands outside the root: √G + ε.",
    "The slides have √(G + ε). The two differ where G is as small as ε.",
    {"/ sqrt": "/ (sqrt", " + eps": ") + eps"},
    home="PyTorch, Keras",
)
