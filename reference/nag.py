"""Nesterov's accelerated gradient: momentum that looks before it leaps.

Momentum will carry w to w − γv whatever the gradient says, so the gradient is asked there, at the look-ahead point,
and corrects the velocity before the step is taken.

PyTorch and Sutskever's deep-learning form rename the look-ahead point to w, which saves a second point: their iterates
are the places where the gradient is asked. They are the same run seen at other moments, so it is a dialect here.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.maths import zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Nesterov accelerated gradient",
    topic="Optimizers",
    order=40,
    lecture=8,
    slide="Nesterov Accelerated Gradient",
    paper="Nesterov 1983; Sutskever et al. 2013, On the importance of initialization and momentum in deep learning",
    steps={"v": "v ← γv + η∇(w − γv)", "w": "w ← w − v"},
)
def nag(w: Array, grad: Gradient, *, lr: float = 0.01, gamma: float = 0.9) -> Steps:
    v = zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w - gamma * v)
        w = w - v
        yield {"v": v, "w": w}


nag.rounds("v may be recovered from the difference of two w", {"gamma * v + lr * grad(w - gamma * v)": "w"})
nag.rounds("the look-ahead point may be what is kept, and w recovered from it", {"w - v": "gamma * v"})


@nag.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, gamma: float) -> dict[str, Any]:
    """The velocity as a weighted sum over the past, v_t = η Σ γᵗ⁻ˢ g_s; each look-ahead point is w_t − γ v_t."""
    t = torch.arange(len(grads), dtype=w.dtype)
    v = torch.tensordot(lr * (gamma ** (t[:, None] - t).tril()).tril(), grads, dims=1)
    after = w - torch.cumsum(v, dim=0)
    ahead = torch.cat([w[None], (after - gamma * v)[:-1]])
    return {"v": v, "w": after, "point": ahead}


nag.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "gamma": 0.75},
        odd={"lr": 0.03125, "gamma": 0.84375},
        memoryless={"lr": 0.125, "gamma": 0.0},
        late={"lr": 0.03125, "gamma": 1 - 2**-8},
    )
)

nag.mistake(
    "gradient_at_w",
    "The gradient is asked at w: this is plain momentum, not Nesterov's.",
    "Ask for it at the look-ahead point, grad(w − γv), with the v of the step before.",
    {"grad(w - gamma * v)": "grad(w)"},
)
nag.mistake(
    "lookahead_sign",
    "The look-ahead goes the wrong way: the gradient is asked at w + γv.",
    "v is subtracted from w, so the point ahead is w − γv.",
    {"grad(w - gamma * v)": "grad(w + gamma * v)"},
)
nag.mistake(
    "lookahead_without_gamma",
    "The look-ahead is a whole v long: the gradient is asked at w − v.",
    "The part of v that survives the next step is γv; look ahead by that, w − γv.",
    {"grad(w - gamma * v)": "grad(w - v)"},
)
nag.mistake(
    "new_velocity_twice",
    "The update γ²v + (1 + γ)ηg is made with the v that already holds this step.",
    "In that form v is the one of the step before. Keep a copy of it, or ask the gradient at w − γv instead.",
    {"grad(w - gamma * v)": "(g := grad(w))", "w = w - v": "w = w - gamma**2 * v - (1 + gamma) * lr * g"},
)
nag.mistake(
    "lookahead_kept",
    "You step from the look-ahead point instead of from w.",
    "Ask for the gradient at w − γv without moving w there, and subtract v from w itself.",
    {"grad(w - gamma * v)": "grad(w := w - gamma * v)"},
)
nag.mistake(
    "lookahead_without_lr",
    "The look-ahead lacks the learning rate: your v is kept without it.",
    "Look ahead by as much as w will move, ηγv where v adds up gradients.",
    {"grad(w - gamma * v)": "grad(w - gamma * v / lr)"},
)
nag.mistake(
    "velocity_averaged",
    "The gradient enters your velocity with a factor 1 − γ: v averages instead of adding up.",
    "v ← γv + η∇(w − γv): γ fades the old velocity and leaves the new gradient whole.",
    {"lr * grad": "(1 - gamma) * lr * grad"},
    {"while True:": "lr = (1 - gamma) * lr\n    while True:"},
)
nag.mistake(
    "velocity_not_kept",
    "Your velocity starts from zero in every step: this is plain gradient descent.",
    "Make v once, before the first step, and keep it from step to step.",
    {"v = zeros_like(w)\n    while True:": "while True:\n        v = zeros_like(w)"},
)
nag.mistake(
    "lr_applied_twice",
    "The learning rate is applied twice, in v and again in w.",
    "η is already in v, so w moves by v itself: w ← w − v.",
    {"w = w - v": "w = w - lr * v"},
    {"while True:": "lr = lr**2\n    while True:"},
)
nag.mistake(
    "lr_missing",
    "The gradient is not multiplied by the learning rate.",
    "v ← γv + η∇(w − γv): v gathers steps η∇, not gradients.",
    {"lr * grad(": "grad("},
    {"while True:": "lr = 1\n    while True:"},  # in every place, whatever a dialect writes
)
nag.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Add η∇ to v and subtract v from w.",
    {"w = w - v": "w = w + v"},
    {"while True:": "lr = -lr\n    while True:"},
)
nag.dialect(
    "lookahead_iterates",
    "Your w is the look-ahead point w − γv.",
    "The slides return w itself and look ahead only for the gradient. Both walk the same path; the two w are γv apart.",
    {"grad(w - gamma * v)": "(g := grad(w))", "w = w - v": "w = w - gamma * v - lr * g"},
    home="PyTorch (SGD with nesterov=True), Sutskever et al. 2013 as usually coded",
)
