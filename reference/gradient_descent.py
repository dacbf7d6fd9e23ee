"""Gradient descent: a step downhill, as long as the slope is steep.

The gradient points where the loss grows fastest, so w moves against it, and the learning rate η says how far. Every
other optimizer of the lecture changes one of the two: the direction (momentum) or the length (Adagrad and its heirs).

Sources agree on the formula, w ← w − η∇(w). Texts on convex optimization choose η anew in every step by a line search;
here it is fixed.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Gradient descent",
    topic="Optimizers",
    order=10,
    lecture=8,
    slide="Gradient Descent",
    paper="Cauchy 1847, Méthode générale pour la résolution des systèmes d'équations simultanées",
    steps={"w": "w ← w − η∇(w)"},
)
def gradient_descent(w: Array, grad: Gradient, *, lr: float = 0.01) -> Steps:
    while True:
        g = grad(w)
        w = w - lr * g
        yield {"w": w}


gradient_descent.rounds("w may be kept as w / η", {"w - lr * g": "w"})


@gradient_descent.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float) -> dict[str, Any]:
    """All steps at once: w less η times the sum of the gradients so far."""
    return {"w": w - lr * torch.cumsum(grads, dim=0)}


gradient_descent.cases(*optimizer_battery(plain={"lr": 0.125}, odd={"lr": 0.03125}))

gradient_descent.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract it: w ← w − ηg.",
    {"w - lr": "w + lr"},
)
gradient_descent.mistake(
    "lr_missing",
    "The gradient is not multiplied by the learning rate.",
    "Step by ηg, not by g.",
    {"lr * g": "g"},
)
gradient_descent.mistake(
    "gradient_normalized",
    "The gradient is divided by its length, so that every step is η long.",
    "Use the gradient as it is: where the slope is gentle the step is meant to be short.",
    {"lr * g": "lr * g / sqrt(total(g**2))"},
    {"lr * g": "lr * g / (sqrt(total(g**2)) + 1e-8)"},
    {"lr * g": "lr * g / (sqrt(total(g**2)) + 1e-12)"},
    {"lr * g": "lr * g / (sqrt(total(g**2)) + 1e-10)"},
    {"lr * g": "lr * g / (sqrt(total(g**2)) + 1e-7)"},
    {"lr * g": "lr * g / (sqrt(total(g**2)) + 1e-6)"},
    {"lr * g": "lr * g / maximum(sqrt(total(g**2)), 1e-12)"},
    {"lr * g": "lr * g / maximum(sqrt(total(g**2)), 1e-8)"},
)
gradient_descent.mistake(
    "gradient_not_cleared",
    "Your gradients add up: each step uses the sum of all gradients so far.",
    "Only the newest gradient counts. Where it is added into a buffer, set the buffer to zero before every step.",
    {"while True:": "g = zeros_like(w)\n    while True:", "g = grad(w)": "g = g + grad(w)"},
)
