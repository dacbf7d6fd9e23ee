"""Momentum: descent with inertia, a heavy ball rolling through the valley.

The velocity v remembers past steps, each fading by the factor γ. Across a ravine, where gradients alternate, they
cancel in v; along it, where they agree, they add up to as much as 1/(1 − γ) steps.

Sources place the learning rate differently. On the slides it is part of v, v ← γv + η∇(w); PyTorch keeps v without it
and multiplies in w ← w − ηv. As long as η does not change, both give the same w. Keras stores −v. Some texts average
instead of adding, v ← γv + (1 − γ)∇(w), whose steps are shorter by the factor 1 − γ: another algorithm.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.maths import zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Momentum",
    topic="Optimizers",
    order=30,
    lecture=8,
    slide="Momentum",
    paper="Polyak 1964, Some methods of speeding up the convergence of iteration methods",
    steps={"v": "v ← γv + η∇(w)", "w": "w ← w − v"},
)
def momentum(w: Array, grad: Gradient, *, lr: float = 0.01, gamma: float = 0.9) -> Steps:
    v = zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield {"v": v, "w": w}


momentum.rounds("v may be recovered from the difference of two w", {"gamma * v + lr * grad(w)": "w"})
momentum.rounds("v may be kept as an average, its weight 1 − γ undone in the rate", {"w - v": "v"})


@momentum.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, gamma: float) -> dict[str, Any]:
    """The velocity as a weighted sum over the past, v_t = η Σ γᵗ⁻ˢ g_s."""
    t = torch.arange(len(grads), dtype=w.dtype)
    v = torch.tensordot(lr * (gamma ** (t[:, None] - t).tril()).tril(), grads, dims=1)
    return {"v": v, "w": w - torch.cumsum(v, dim=0)}


momentum.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "gamma": 0.75},
        odd={"lr": 0.03125, "gamma": 0.84375},
        memoryless={"lr": 0.125, "gamma": 0.0},
        late={"lr": 0.03125, "gamma": 1 - 2**-8},
    )
)

momentum.mistake(
    "velocity_averaged",
    "The gradient enters your velocity with a factor 1 − γ: v averages instead of adding up.",
    "v ← γv + η∇(w): γ fades the old velocity and leaves the new gradient whole.",
    {"+ lr": "+ (1 - gamma) * lr"},
)
momentum.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "Either add η∇(w) to v and subtract v from w, or subtract in v and add to w; one minus sign in all.",
    {"w - v": "w + v"},
    {"+ lr": "- lr"},
)
momentum.mistake(
    "velocity_not_kept",
    "Your velocity starts from zero in every step: this is plain gradient descent.",
    "Make v once, before the first step, and keep it from step to step.",
    {"gamma * v + ": ""},
)
momentum.mistake(
    "lr_applied_twice",
    "The learning rate is applied twice, in v and again in w.",
    "η is already in v, so w moves by v itself: w ← w − v.",
    {"w - v": "w - lr * v"},
)
momentum.mistake(
    "lr_missing",
    "The gradient is not multiplied by the learning rate.",
    "v ← γv + η∇(w): add η times the gradient to v.",
    {"lr * ": ""},
)
momentum.mistake(
    "lr_on_velocity",
    "The learning rate multiplies the old velocity as well.",
    "v ← γv + η∇(w): η stands before the gradient alone.",
    {"gamma * v + lr * grad(w)": "lr * (gamma * v + grad(w))"},
)
momentum.mistake(
    "weights_swapped",
    "γ and 1 − γ are swapped in the velocity.",
    "γ belongs to the old velocity; the new gradient enters v whole: v ← γv + η∇(w).",
    {"gamma * v + lr": "(1 - gamma) * v + gamma * lr"},
    {"gamma * v": "(1 - gamma) * v"},
)
momentum.mistake(
    "velocity_subtracted",
    "The old velocity is subtracted from the new step, so it brakes instead of carrying on.",
    "Add the two, v ← γv + η∇(w); if you store −v, let both terms change their sign.",
    {"gamma * v": "-gamma * v"},
)
momentum.mistake(
    "velocity_late",
    "w moves by the velocity of the step before.",
    "Update v first, with this step's gradient, and then move w by the new v.",
    {"v = gamma": "old = v\n        v = gamma", "w - v": "w - old"},
)
momentum.mistake(
    "one_step_memory",
    "Your velocity remembers only the last gradient, not the last velocity.",
    "Keep the whole sum γv + η∇(w) as the new v; it holds the past of the past as well.",
    {"v = gamma * v + lr * grad(w)": "g = lr * grad(w)", "w - v": "w - (gamma * v + g)\n        v = g"},
)
momentum.mistake(
    "gradient_at_lookahead",
    "The gradient is asked ahead of w: this is Nesterov's momentum, not the plain one.",
    "Ask for it where w is, grad(w).",
    {"grad(w)": "grad(w - gamma * v)"},
)
momentum.mistake(
    "nesterov_step",
    "w moves by γv + η∇ with the new v: this is Nesterov's step, as PyTorch writes it.",
    "The plain step is the new v itself, w ← w − v.",
    {"lr * grad(w)": "(g := lr * grad(w))", "w - v": "w - (gamma * v + g)"},
)
