"""Keras's Adam: the bias corrected in the rate, AMSGrad as a flag, and a learning rate that decays.

It is the efficient form at the end of the paper's section 2: the two corrections are put into one rate,
α = lr_t √(1 − β₂ᵏ) / (1 − β₁ᵏ), and m and √v stay as they are. So ε, 1e-7 where none is given, is added to √v before
the correction; the slides' Adam has it under the root, √(v̂ + ε), PyTorch outside after the correction, √v̂ + ε.

Two counts run side by side: the decay's t is 0 in the first step, lr_t = lr / (1 + decay·t), the correction's k = t + 1
is 1. With ``amsgrad`` the root is that of v_max, the largest v so far. Keras 3 has no ``decay``; its schedule
InverseTimeDecay is the same.
"""

from __future__ import annotations

from typing import Any

from reference.adam import adam
from reference.batteries.optimizers import optimizer_battery
from reference.keras_sgd import DECAY, LONG, keras_sgd
from reference.maths import maximum, sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Keras's Adam",
    topic="Keras optimizers",
    order=230,
    lecture=8,
    slide="Keras: Adam",
    paper="Keras 2, keras.optimizers.Adam; Kingma & Ba 2015, arXiv:1412.6980; Reddi, Kale & Kumar 2018",
    steps={
        "m": "m ← β₁m + (1 − β₁)g",
        "v": "v ← β₂v + (1 − β₂)g²",
        "w": "w ← w − α m / (√v + ε), α = lr_t √(1 − β₂ᵏ) / (1 − β₁ᵏ), k = t + 1; amsgrad: v_max for v",
    },
)
def keras_adam(
    w: Array,
    grad: Gradient,
    *,
    lr: float = 0.001,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float | None = None,
    decay: float = 0.0,
    amsgrad: bool = False,
) -> Steps:
    eps = 1e-7 if epsilon is None else epsilon
    m = zeros_like(w)
    v = zeros_like(w)
    v_max = zeros_like(w)
    t = 0
    while True:
        lr_t = lr / (1 + decay * t)
        t = t + 1
        g = grad(w)
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        v_max = maximum(v_max, v) if amsgrad else v
        alpha = lr_t * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
        w = w - alpha * m / (sqrt(v_max) + eps)
        yield {"m": m, "v": v, "w": w}


keras_adam.rounds(
    "an average may be written as m += (1 − β)(g − m), or as g + β(m − g)",
    {
        "beta_1 * m + (1 - beta_1) * g": "(1 - beta_1) * absolute(m) + beta_1 * absolute(g)",
        "beta_2 * v + (1 - beta_2) * g**2": "(1 - beta_2) * v + beta_2 * g**2",
    },
)


@keras_adam.oracle
def closed_form(
    torch: Any,
    w: Any,
    grads: Any,
    *,
    lr: float,
    beta_1: float,
    beta_2: float,
    epsilon: float | None,
    decay: float,
    amsgrad: bool,
) -> dict[str, Any]:
    """The slides' Adam has the same m and v, by its closed form; the correction as Algorithm 1 has it, ε scaled."""
    eps = 1e-7 if epsilon is None else epsilon
    moments = adam.witness(torch, w, grads, lr=lr, beta1=beta_1, beta2=beta_2, eps=eps)
    m, v = moments["m"], moments["v"]
    v_max = torch.cummax(v, dim=0).values if amsgrad else v
    k = torch.arange(1, len(grads) + 1, dtype=w.dtype).reshape(-1, *[1] * w.dim())
    root = torch.sqrt(v_max / (1 - beta_2**k)) + eps * torch.rsqrt(1 - beta_2**k)
    steps = lr / (1 + decay * (k - 1)) * moments["m_hat"] / root
    return {"m": m, "v": v, "w": w - torch.cumsum(steps, dim=0)}


keras_adam.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "beta_1": 0.75, "beta_2": 0.875, "epsilon": 2**-6, "decay": 0.25, "amsgrad": False},
        odd={"lr": 0.03125, "beta_1": 0.84375, "beta_2": 0.96875, "epsilon": 2**-10, "decay": 0.0625, "amsgrad": False},
        memoryless={"lr": 0.125, "beta_1": 0.0, "beta_2": 0.875, "epsilon": 2**-6, "decay": 0.25, "amsgrad": True},
        switched={
            "lr": 0.03125, "beta_1": 0.84375, "beta_2": 0.96875, "epsilon": 2**-10, "decay": 0.0625, "amsgrad": True,
        },
        long=LONG,
        late={
            "lr": 2**-10, "beta_1": 0.84375, "beta_2": 1 - 2**-8, "epsilon": 2**-10, "decay": 0.0625, "amsgrad": False,
        },
    )
)  # fmt: skip

for known in keras_sgd.variants:  # what Keras's SGD says of the line that the four pages share
    if known.id in DECAY:
        keras_adam.mistake(known.id, known.headline, known.remedy, *known.edits)

keras_adam.mistake(
    "no_bias_correction",
    "Your values are Adam's without bias correction.",
    "m and v start at 0 and are too small at first. Step by α = lr_t √(1 − β₂ᵏ) / (1 − β₁ᵏ), counting k from 1.",
    {" * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)": ""},
)
keras_adam.mistake(
    "first_moment_uncorrected",
    "The rate lacks the correction of m.",
    "Divide the rate by 1 − β₁ᵏ.",
    {" / (1 - beta_1**t)": ""},
)
keras_adam.mistake(
    "second_moment_uncorrected",
    "The rate lacks the correction of v.",
    "Multiply the rate by √(1 − β₂ᵏ).",
    {" * (1 - beta_2**t) ** 0.5": ""},
)
keras_adam.mistake(
    "correction_root_missing",
    "The correction of v in the rate lacks its root.",
    "The step is divided by √v, so the rate is multiplied by √(1 − β₂ᵏ).",
    {"(1 - beta_2**t) ** 0.5": "(1 - beta_2**t)"},
)
keras_adam.mistake(
    "correction_inverted",
    "The correction in the rate is upside down.",
    "m is to be divided by 1 − β₁ᵏ and √v, which it is divided by, by √(1 − β₂ᵏ): α = lr_t √(1 − β₂ᵏ) / (1 − β₁ᵏ).",
    {"lr_t * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)": "lr_t * (1 - beta_1**t) / (1 - beta_2**t) ** 0.5"},
)
keras_adam.mistake(
    "t_off_by_one",
    "The step count k is off by one in the bias correction.",
    "k is 1 in the first step, where the decay's t is 0.",
    {"beta_2**t": "beta_2 ** (t + 1)", "beta_1**t": "beta_1 ** (t + 1)"},
    {"beta_2**t": "beta_2 ** max(t - 1, 1)", "beta_1**t": "beta_1 ** max(t - 1, 1)"},
    # From 0 the first correction is 0/0: of arrays, since Python's own numbers would raise.
    {"beta_2**t": "beta_2 ** (t - 1)", "(1 - beta_1**t)": "(zeros_like(w) + 1 - beta_1 ** (t - 1))"},
)
keras_adam.mistake(
    "t_constant",
    "The step count k never advances in the bias correction.",
    "The correction needs k = 1, 2, 3, …: keep the count between the steps and add 1 in each.",
    {"beta_2**t": "beta_2", "beta_1**t": "beta_1"},
)
keras_adam.mistake(
    "betas_swapped",
    "β₁ and β₂ are swapped.",
    "β₁ belongs to m, the average of the gradient; β₂ to v, the average of its square.",
    {
        "beta_1 * m + (1 - beta_1) * g": "beta_2 * m + (1 - beta_2) * g",
        "beta_2 * v + (1 - beta_2) * g**2": "beta_1 * v + (1 - beta_1) * g**2",
        "beta_2**t": "beta_1**t",
        "beta_1**t": "beta_2**t",
    },
    {
        "beta_1 * m + (1 - beta_1) * g": "beta_2 * m + (1 - beta_2) * g",
        "beta_2 * v + (1 - beta_2) * g**2": "beta_1 * v + (1 - beta_1) * g**2",
    },
    {"beta_2**t": "beta_1**t", "beta_1**t": "beta_2**t"},
    {"while True:": "beta_1, beta_2 = beta_2, beta_1\n    while True:"},
)
keras_adam.mistake(
    "betas_mixed",
    "One β stands where the other belongs.",
    "β₁ belongs to m and to its correction, β₂ to v and to its own: look for a line that was copied.",
    {"(1 - beta_2) * g**2": "(1 - beta_1) * g**2"},
    {"(1 - beta_1) * g": "(1 - beta_2) * g"},
    {"(1 - beta_2**t)": "(1 - beta_1**t)"},
    {"(1 - beta_1**t)": "(1 - beta_2**t)"},
    {"beta_2 * v + (1 - beta_2) * g**2": "beta_1 * v + (1 - beta_1) * g**2"},
)
keras_adam.mistake(
    "root_missing",
    "The square root is missing.",
    "The step is divided by √v + ε, not by v + ε: v is an average of squares.",
    {"sqrt(v_max)": "v_max"},
)
keras_adam.mistake(
    "gradient_not_squared",
    "v averages the gradient itself, not its square.",
    "v ← β₂v + (1 − β₂)g²: square the gradient element by element.",
    {"(1 - beta_2) * g**2": "(1 - beta_2) * g"},
    {"(1 - beta_2) * g**2": "(1 - beta_2) * absolute(g)"},
)
keras_adam.mistake(
    "one_minus_beta_missing",
    "A factor 1 − β is missing in the averages.",
    "m ← β₁m + (1 − β₁)g, and v alike with β₂: the weights of old and new add up to 1.",
    {"(1 - beta_1) * g": "g", "(1 - beta_2) * g**2": "g**2"},
    {"(1 - beta_1) * g": "g"},
    {"(1 - beta_2) * g**2": "g**2"},
)
keras_adam.mistake(
    "weights_swapped",
    "β and 1 − β are swapped in the averages.",
    "β belongs to the old average, the small 1 − β to the new value: m ← β₁m + (1 − β₁)g.",
    {
        "beta_1 * m + (1 - beta_1) * g": "(1 - beta_1) * m + beta_1 * g",
        "beta_2 * v + (1 - beta_2) * g**2": "(1 - beta_2) * v + beta_2 * g**2",
    },
)
keras_adam.mistake(
    "amsgrad_ignored",
    "amsgrad=True changes nothing: this is plain Adam.",
    "With amsgrad keep the largest v so far, v_max ← max(v_max, v), and divide by its root.",
    {"maximum(v_max, v) if amsgrad else v": "v"},
)
keras_adam.mistake(
    "amsgrad_always",
    "You divide by the root of the largest v without amsgrad as well.",
    "Only with amsgrad=True the root is that of v_max; otherwise it is that of v, which falls again.",
    {" if amsgrad else v": ""},
)
keras_adam.mistake(
    "max_not_kept",
    "v is compared only with the v of the step before, not with the largest so far.",
    "Compare it with the last maximum and store the result: v_max ← max(v_max, v).",
    {"v_max = zeros": "v_max = last = zeros", "maximum(v_max, ": "maximum(last, last := "},
)
keras_adam.mistake(
    "max_overwrites_v",
    "The maximum is stored in v itself, so the average never falls.",
    "v goes on as in Adam, falling as well as rising. Keep the maximum beside it, in a v_max of its own.",
    {"v_max = maximum": "v_max = v = maximum"},
)
keras_adam.mistake(
    "eps_missing",
    "ε is missing in the divisor.",
    "Divide by √v + ε. It also keeps a weight whose gradients have all been zero from 0/0.",
    {"(sqrt(v_max) + eps)": "sqrt(v_max)"},
    {"(sqrt(v_max) + eps)": "maximum(sqrt(v_max), 1e-30)"},
)
keras_adam.mistake(
    "default_epsilon",
    "Without an epsilon you take 1e-8.",
    "epsilon=None means 1e-7, what keras.backend.epsilon() gives.",
    {"1e-7": "1e-8"},
)
keras_adam.mistake(
    "lr_missing",
    "The step is not multiplied by the learning rate.",
    "w ← w − α m / (√v + ε), where α = lr_t √(1 − β₂ᵏ) / (1 − β₁ᵏ) and lr_t = lr / (1 + decay·t).",
    {"alpha * m": "alpha / lr_t * m"},
    {"lr_t = lr": "lr_t = 1"},
)
keras_adam.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract the step from w.",
    {"w = w - ": "w = w + "},
)
keras_adam.dialect(
    "eps_inside_root",
    "ε stands under the root: √(v + ε).",
    "The Keras of the slides has √v + ε. The two differ where v is as small as ε, most in the first steps.",
    {"sqrt(v_max) + eps": "sqrt(v_max + eps)"},
    home="code that folds the correction into the rate",
)
keras_adam.dialect(
    "eps_after_correction",
    "ε is added after the bias correction: √v̂ + ε.",
    "Keras corrects the rate and adds ε to √v. The two differ where v is as small as ε, most in the first steps.",
    {"lr_t * (1": "lr_t * (c := 1", "sqrt(v_max) + eps": "sqrt(v_max) + eps * c**0.5"},
    home="the paper's Algorithm 1, PyTorch, Optax",
)
keras_adam.dialect(
    "eps_after_correction_inside",
    "ε is added under the root after the bias correction: √(v̂ + ε).",
    "Keras corrects the rate and adds ε to √v. The two differ where v is as small as ε, most in the first steps.",
    {"lr_t * (1": "lr_t * (c := 1", "sqrt(v_max) + eps": "sqrt(v_max + eps * c)"},
    home="the slides' Adam",
)
keras_adam.dialect(
    "max_of_corrected",
    "With amsgrad v_max is the maximum of the corrected v̂, not of v.",
    "Keras takes the maximum of v and corrects in the rate. The two differ in the early steps.",
    {"maximum(v_max, v)": "maximum(v_max, v / (1 - beta_2**t))", "** 0.5": "** (0 if amsgrad else 0.5)"},
    home="Optax (amsgrad)",
)
