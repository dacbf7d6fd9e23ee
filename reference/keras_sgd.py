"""Keras's SGD: descent, momentum and Nesterov's momentum in one, with a learning rate that decays.

The rate of step t = 0, 1, … is lr / (1 + decay·t), so that the first step is a whole lr long. The velocity holds steps
already taken, each with the rate of its own time; it has Keras's sign and is added to w.

PyTorch keeps the velocity without the rate and multiplies it by the rate of today. As long as the rate does not change
the two agree; here it does. With ``nesterov`` the iterates are the look-ahead points, as in PyTorch: the gradient is
asked at w itself, and the slides' w is μv behind. Keras 3 has no ``decay``; its schedule InverseTimeDecay is the same.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.maths import zeros_like
from reference.spec import Array, Gradient, Steps, algorithm

DECAY = {"decay_ignored", "decay_compounds", "decay_from_one", "decay_exponential"}
"""The mistakes in the rate's own line, which all of Keras's optimizers here share word for word."""

LONG = 1030
"""Steps of the four pages' long run, a few past 1,024: lr = 2⁻¹⁰ has by then decayed to 1.5e-5, and still falls."""


@algorithm(
    title="Keras's SGD",
    topic="Keras optimizers",
    order=200,
    lecture=8,
    slide="Keras: SGD",
    paper="Keras 2, keras.optimizers.SGD; Sutskever et al. 2013, On the importance of initialization and momentum",
    steps={"v": "v ← μv − lr_t g, lr_t = lr / (1 + decay·t)", "w": "w ← w + v; nesterov: w ← w + μv − lr_t g"},
)
def keras_sgd(
    w: Array,
    grad: Gradient,
    *,
    lr: float = 0.01,
    momentum: float = 0.0,
    decay: float = 0.0,
    nesterov: bool = False,
) -> Steps:
    v = zeros_like(w)
    t = 0
    while True:
        lr_t = lr / (1 + decay * t)
        t = t + 1
        g = grad(w)
        v = momentum * v - lr_t * g
        w = w - lr_t * g + momentum * v if nesterov else w + v
        yield {"v": v, "w": w}


keras_sgd.rounds("v may be recovered from the difference of two w", {"momentum * v - lr_t * g": "w"})
keras_sgd.rounds(
    "v may be kept as an average, its weight 1 − μ undone in the rate",
    {"w - lr_t * g + momentum * v": "v", "w + v": "v"},
)


@keras_sgd.oracle
def closed_form(
    torch: Any, w: Any, grads: Any, *, lr: float, momentum: float, decay: float, nesterov: bool
) -> dict[str, Any]:
    """The velocity as a weighted sum over the past, v_t = −Σ μᵗ⁻ˢ lr_s g_s."""
    t = torch.arange(len(grads), dtype=w.dtype)
    rates = (lr / (1 + decay * t)).reshape(-1, *[1] * w.dim())
    v = -torch.tensordot((momentum ** (t[:, None] - t).tril()).tril(), rates * grads, dims=1)
    return {"v": v, "w": w + torch.cumsum(momentum * v - rates * grads if nesterov else v, dim=0)}


keras_sgd.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "momentum": 0.75, "decay": 0.25, "nesterov": False},
        odd={"lr": 0.03125, "momentum": 0.84375, "decay": 0.0625, "nesterov": False},
        memoryless={"lr": 0.125, "momentum": 0.0, "decay": 0.25, "nesterov": False},
        switched={"lr": 0.03125, "momentum": 0.84375, "decay": 0.0625, "nesterov": True},
        alone={"momentum": 0.75},
        long=LONG,
        late={"lr": 2**-10, "momentum": 0.84375, "decay": 0.0625, "nesterov": False},
    )
)

keras_sgd.mistake(
    "decay_ignored",
    "The learning rate does not decay: every step uses lr itself.",
    "Use lr_t = lr / (1 + decay·t), counting the steps in t.",
    {"lr / (1 + decay * t)": "lr"},
)
keras_sgd.mistake(
    "decay_compounds",
    "The decay compounds: a rate that has already decayed is decayed again.",
    "Keep lr as it was given and compute lr_t = lr / (1 + decay·t) from it in every step.",
    {"lr_t = lr /": "lr_t = lr = lr /"},
    {"(1 + decay * t)": "(1 + decay) ** t"},
    {"lr / (1 + decay * t)": "lr * (1 - decay) ** t"},
    {"lr / (1 + decay * t)": "(lr := lr / (1 + decay))"},
)
keras_sgd.mistake(
    "decay_from_one",
    "The decay begins a step early: t is 1 in the first step.",
    "t is 0 in the first step, which is a whole lr long: raise t after lr_t has been computed.",
    {"decay * t": "decay * (t + 1)"},
    {"lr_t = lr": "t = t + 1\n        lr_t = lr", "t = t + 1": "pass"},  # beside what rewrites the formula
)
keras_sgd.mistake(
    "nesterov_ignored",
    "nesterov=True changes nothing: you make the step of plain momentum.",
    "With nesterov, w ← w + μv − lr_t g with the new v. With the old v it would be w + v again.",
    {"if nesterov": "if False"},
)
keras_sgd.mistake(
    "decay_exponential",
    "The rate decays exponentially, as lr · e^(−decay·t).",
    "Keras's decay divides: lr_t = lr / (1 + decay·t).",
    {"lr / (1 + decay * t)": "lr * exp(-decay * t)"},
)
keras_sgd.mistake(
    "nesterov_always",
    "You make Nesterov's step without nesterov as well.",
    "Only with nesterov=True w ← w + μv − lr_t g; otherwise w ← w + v.",
    {"if nesterov": "if True"},
)
keras_sgd.mistake(
    "nesterov_velocity_whole",
    "With nesterov you add the whole new velocity to the gradient's step, without its factor μ.",
    "w ← w + μv − lr_t g: only μv is what remains of v in the next step.",
    {"lr_t * g + momentum * v if": "lr_t * g + v if"},
)
keras_sgd.mistake(
    "nesterov_new_velocity_twice",
    "With nesterov the step μ²v − (1 + μ) lr_t g is made with the v that already holds this gradient.",
    "In that form v is the one of the step before. With the new v it is w ← w + μv − lr_t g.",
    {"w - lr_t * g + momentum * v if": "w - (1 + momentum) * lr_t * g + momentum**2 * v if"},
)
keras_sgd.mistake(
    "velocity_averaged",
    "The gradient enters your velocity with a factor 1 − μ: v averages instead of adding up.",
    "v ← μv − lr_t g: μ fades the old velocity and leaves the new step whole.",
    {"momentum * v - lr_t * g": "momentum * v - (1 - momentum) * lr_t * g"},
    {"g = grad(w)": "g = (1 - momentum) * grad(w)"},  # in both places
)
keras_sgd.mistake(
    "velocity_not_kept",
    "Your velocity starts from zero in every step.",
    "Make v once, before the first step, and keep it from step to step.",
    {"t = t + 1": "t = t + 1\n        v = zeros_like(w)"},
)
keras_sgd.mistake(
    "momentum_ignored",
    "momentum changes nothing: you make the step of plain descent.",
    "Keep a velocity from step to step: v ← μv − lr_t g, then w ← w + v.",
    {"momentum * v - lr_t * g": "-lr_t * g", "w - lr_t * g + momentum * v if nesterov else w + v": "w + v"},
)
keras_sgd.mistake(
    "velocity_subtracted",
    "The old velocity is subtracted from the new step, so it brakes instead of carrying on.",
    "v holds steps that are added to w: v ← μv − lr_t g and w ← w + v, with one minus sign in all.",
    {"v = momentum": "v = -momentum"},
)
keras_sgd.mistake(
    "velocity_late",
    "Without nesterov w moves by the velocity of the step before.",
    "Update v first, with this step's gradient, and then move w by the new v.",
    {"v = momentum": "old = v\n        v = momentum", "w + v": "w + old"},
)
keras_sgd.mistake(
    "lr_missing",
    "The gradient is not multiplied by the learning rate.",
    "v ← μv − lr_t g with lr_t = lr / (1 + decay·t).",
    {"momentum * v - lr_t * g": "momentum * v - g", "w - lr_t * g": "w - g"},
    {"lr_t = lr": "lr_t = 1"},
)
keras_sgd.mistake(
    "lr_applied_twice",
    "The learning rate is applied twice, in v and again in w.",
    "lr_t is already in v, so w moves by v itself: w ← w + v.",
    {"w - lr_t * g + momentum * v": "w - lr_t * g + lr_t * momentum * v", "w + v": "w + lr_t * v"},
    {"g = grad(w)": "g = lr_t * grad(w)"},
)
keras_sgd.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "v holds steps down the gradient, v ← μv − lr_t g, and is added to w.",
    {"lr_t = lr": "lr_t = -lr"},
)
keras_sgd.dialect(
    "rate_outside_velocity",
    "Your velocity is kept without the learning rate and multiplied by the rate of today.",
    "In Keras each step enters v with the rate of its own time. The two differ where the rate decays.",
    {
        "v - lr_t * g": "v - g",
        "+ momentum * v": "+ lr_t * momentum * v",
        "w + v": "w + lr_t * v",
    },
    home="PyTorch (SGD with a scheduler)",
)
keras_sgd.dialect(
    "gradient_at_lookahead",
    "With nesterov the gradient is asked at the look-ahead point w + μv.",
    "Keras asks for it at w, which is the look-ahead point itself. Both walk the same path; the two w are μv apart.",
    {
        "grad(w)": "grad(w + momentum * v if nesterov else w)",
        "if nesterov": "if False",
    },
    home="the slides' NAG, Sutskever et al. 2013",
)
