"""AdaDelta: RMSProp whose learning rate is the size of its own recent steps.

In RMSProp's step g/√G the units of the gradient cancel, and nothing says how long a step in w should be. AdaDelta takes
that length from s, a running average of the squares of its past steps Δ. There is no learning rate; the first
step is √ε long in units of g/√G, and ε starts everything.

The paper has both ε under the roots, as here, and so do PyTorch and Keras; those multiply Δ by a learning rate, which
at 1 (PyTorch's default) changes nothing. The paper writes Δ with a minus sign and adds it to w.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.maths import sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="AdaDelta",
    topic="Optimizers",
    order=70,
    lecture=8,
    slide="AdaDelta",
    paper="Zeiler 2012, ADADELTA: An Adaptive Learning Rate Method, arXiv:1212.5701",
    steps={
        "G": "G ← γG + (1 − γ)g²",
        "delta": "Δ = g √(s + ε) / √(G + ε)",
        "s": "s ← γs + (1 − γ)Δ²",
        "w": "w ← w − Δ",
    },
)
def adadelta(w: Array, grad: Gradient, *, gamma: float = 0.95, eps: float = 1e-6) -> Steps:
    G = zeros_like(w)
    s = zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g**2
        delta = g * sqrt(s + eps) / sqrt(G + eps)
        s = gamma * s + (1 - gamma) * delta**2
        w = w - delta
        yield {"G": G, "delta": delta, "s": s, "w": w}


adadelta.rounds(
    "an average may be written as G += (1 − γ)(g² − G), or as g² + γ(G − g²)",
    {
        "gamma * G + (1 - gamma) * g**2": "(1 - gamma) * G + gamma * g**2",
        "gamma * s + (1 - gamma) * delta**2": "(1 - gamma) * s + gamma * delta**2",
    },
)


@adadelta.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, gamma: float, eps: float) -> dict[str, Any]:
    """With ρ = g²/(G + ε), Δ² is ρ(s + ε), so s is linear in its past and needs no recursion either:

    s_t = a_t s_{t−1} + b_t with a = γ + (1 − γ)ρ and b = (1 − γ)ρε, hence s_t = Σ_k b_k a_{k+1} ⋯ a_t.
    """
    t = torch.arange(len(grads), dtype=w.dtype)
    age = t[:, None] - t
    G = torch.tensordot((1 - gamma) * (gamma ** age.tril()).tril(), grads.square(), dims=1)
    rho = grads.square() / (G + eps)
    age = age.reshape(*age.shape, *[1] * w.dim())
    fade = torch.where(age > 0, (gamma + (1 - gamma) * rho)[:, None], 1.0).cumprod(dim=0) * (age >= 0)
    s = (fade * (1 - gamma) * rho * eps).sum(dim=1)
    before = torch.cat([torch.zeros_like(w)[None], s[:-1]])
    delta = grads * torch.sqrt((before + eps) / (G + eps))
    return {"G": G, "delta": delta, "s": s, "w": w - torch.cumsum(delta, dim=0)}


adadelta.cases(
    *optimizer_battery(
        plain={"gamma": 0.75, "eps": 2**-6},
        odd={"gamma": 0.84375, "eps": 2**-10},
        memoryless={"gamma": 0.0, "eps": 2**-6},
        late={"gamma": 1 - 2**-8, "eps": 2**-10},
    )
)

adadelta.mistake(
    "s_from_gradient",
    "s averages the square of the gradient, not of the step.",
    "s ← γs + (1 − γ)Δ²: s measures how far w has moved of late.",
    {"delta**2": "g**2"},
)
adadelta.mistake(
    "s_updated_first",
    "The step is made with the s that already holds this step.",
    "Δ needs the s of the step before. Compute Δ once, update s with it, and move w by that same Δ.",
    {"w - delta": "w - g * sqrt(s + eps) / sqrt(G + eps)"},
)
adadelta.mistake(
    "ratio_inverted",
    "The ratio is upside down: √(G + ε) stands over √(s + ε).",
    "Δ = g √(s + ε) / √(G + ε): the size of past steps above, that of past gradients below.",
    {"sqrt(s + eps) / sqrt(G + eps)": "sqrt(G + eps) / sqrt(s + eps)"},
)
adadelta.mistake(
    "root_missing",
    "A square root is missing in the ratio.",
    "Δ = g √(s + ε) / √(G + ε): both s and G are averages of squares, and both need their root.",
    {"sqrt(s": "(s", "sqrt(G": "(G"},
    {"sqrt(s": "(s"},
    {"sqrt(G": "(G"},
)
adadelta.mistake(
    "numerator_missing",
    "The factor √(s + ε) is missing: this is RMSProp with a learning rate of 1.",
    "Multiply by √(s + ε), the size of the recent steps; it takes the learning rate's place.",
    {"* sqrt(s + eps) /": "/"},
)
adadelta.mistake(
    "s_not_kept",
    "s holds only this step's square: the average starts from zero in every step.",
    "Make s once, before the first step, and keep it from step to step, as G.",
    {"gamma * s + ": ""},
    {"gamma * s + (1 - gamma) * delta": "delta"},
)
adadelta.mistake(
    "s_not_updated",
    "s stays at 0: every step is √ε / √(G + ε) times the gradient.",
    "After each step let s take it in, s ← γs + (1 − γ)Δ².",
    {"gamma * s + (1 - gamma) * delta**2": "s"},
)
adadelta.mistake(
    "average_late",
    "√(s + ε) / √(G + ε) is 1 in every step, so w moves by g itself.",
    "Let G take in this step's g² before you compute Δ, and keep G and s in two arrays.",
    {"G = gamma": "old = G\n        G = gamma", "sqrt(G": "sqrt(old"},
)
adadelta.mistake(
    "eps_missing",
    "w never moves: without ε under its root, √s starts at 0 and stays there.",
    "Δ = g √(s + ε) / √(G + ε): ε stands under both roots, and the one above is what starts the motion.",
    {"s + eps": "s"},
    {"s + eps": "s", "G + eps": "G"},
)
adadelta.mistake(
    "eps_missing_below",
    "ε is missing under the lower root.",
    "Divide by √(G + ε). It also keeps a weight whose gradients have all been zero from 0/0.",
    {"G + eps": "G"},
    {"sqrt(G + eps)": "maximum(sqrt(G), 1e-30)"},
)
adadelta.mistake(
    "eps_outside_root",
    "ε stands outside a root.",
    "Δ = g √(s + ε) / √(G + ε): ε stands under both roots, on the slides, in the paper and in PyTorch.",
    {"sqrt(s + eps) / sqrt(G + eps)": "(sqrt(s) + eps) / (sqrt(G) + eps)"},
    {"sqrt(G + eps)": "(sqrt(G) + eps)"},
    {"sqrt(s + eps)": "(sqrt(s) + eps)"},
)
adadelta.mistake(
    "sum_not_average",
    "The squares are added up: this is Adagrad's G, not AdaDelta's.",
    "G ← γG + (1 − γ)g², and s alike: let the old average fade by γ.",
    {"gamma * G + (1 - gamma) * g": "G + g"},
    {"gamma * G + (1 - gamma) * g": "G + g", "gamma * s + (1 - gamma) * d": "s + d"},
)
adadelta.mistake(
    "weights_swapped",
    "γ and 1 − γ are swapped in the averages.",
    "γ belongs to the old average, the small 1 − γ to the new square.",
    {
        "gamma * G + (1 - gamma) * g": "(1 - gamma) * G + gamma * g",
        "gamma * s + (1 - gamma) * d": "(1 - gamma) * s + gamma * d",
    },
    {"gamma * G + (1 - gamma) * g": "(1 - gamma) * G + gamma * g"},
    {"gamma * s + (1 - gamma) * d": "(1 - gamma) * s + gamma * d"},
)
adadelta.mistake(
    "one_minus_gamma_missing",
    "The factor 1 − γ is missing in the averages.",
    "G ← γG + (1 − γ)g², and s alike: the weights of old and new add up to 1.",
    {"(1 - gamma) * g": "g", "(1 - gamma) * d": "d"},
    {"(1 - gamma) * g": "g"},
    {"(1 - gamma) * d": "d"},
)
adadelta.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "Subtract Δ from w; or give Δ the minus sign, as the paper does, and add it.",
    {"w - delta": "w + delta"},
)
