"""AMSGrad: Adam with a step size that never grows back.

Adam's v forgets. After a rare large gradient it shrinks again, the steps grow, and on some convex problems Adam walks
away from the minimum. AMSGrad divides by v_max, the largest v there has been.

Sources disagree on the bias correction. The paper's AMSGrad has none (and no ε); the slides and PyTorch take the
maximum of v and correct it afterwards, Optax takes the maximum of the corrected v̂, and Keras corrects the rate. The
slides have ε under the root, √(v̂ + ε), libraries outside.
"""

from __future__ import annotations

from typing import Any

from reference.adam import adam
from reference.batteries.optimizers import optimizer_battery
from reference.maths import maximum, sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="AMSGrad",
    topic="Optimizers",
    order=90,
    lecture=8,
    slide="AMSGrad",
    paper="Reddi, Kale & Kumar 2018, On the Convergence of Adam and Beyond, arXiv:1904.09237",
    steps={
        "m": "m ← β₁m + (1 − β₁)g",
        "v": "v ← β₂v + (1 − β₂)g²",
        "v_max": "v_max ← max(v_max, v)",
        "m_hat": "m̂ = m / (1 − β₁ᵗ)",
        "v_hat": "v̂ = v_max / (1 − β₂ᵗ)",
        "w": "w ← w − η m̂ / √(v̂ + ε)",
    },
)
def amsgrad(
    w: Array, grad: Gradient, *, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> Steps:
    m = zeros_like(w)
    v = zeros_like(w)
    v_max = zeros_like(w)
    t = 0
    while True:
        t = t + 1
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        v_max = maximum(v_max, v)
        m_hat = m / (1 - beta1**t)
        v_hat = v_max / (1 - beta2**t)
        w = w - lr * m_hat / sqrt(v_hat + eps)
        yield {"m": m, "v": v, "v_max": v_max, "m_hat": m_hat, "v_hat": v_hat, "w": w}


amsgrad.rounds(
    "an average may be written as m += (1 − β)(g − m), or as g + β(m − g)",
    {
        "beta1 * m + (1 - beta1) * g": "(1 - beta1) * absolute(m) + beta1 * absolute(g)",
        "beta2 * v + (1 - beta2) * g**2": "(1 - beta2) * v + beta2 * g**2",
    },
)


@amsgrad.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, beta1: float, beta2: float, eps: float) -> dict[str, Any]:
    """Adam's closed form for m and v, and the running maximum of v."""
    moments = adam.witness(torch, w, grads, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    m, v, m_hat = moments["m"], moments["v"], moments["m_hat"]
    v_max = torch.cummax(v, dim=0).values
    t = torch.arange(1, len(grads) + 1, dtype=w.dtype).reshape(-1, *[1] * w.dim())
    v_hat = v_max / (1 - beta2**t)
    w = w - torch.cumsum(lr * m_hat * torch.rsqrt(v_hat + eps), dim=0)
    return {"m": m, "v": v, "v_max": v_max, "m_hat": m_hat, "v_hat": v_hat, "w": w}


amsgrad.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "beta1": 0.75, "beta2": 0.875, "eps": 2**-6},
        odd={"lr": 0.03125, "beta1": 0.84375, "beta2": 0.96875, "eps": 2**-10},
        memoryless={"lr": 0.125, "beta1": 0.0, "beta2": 0.875, "eps": 2**-6},
        late={"lr": 2**-10, "beta1": 0.84375, "beta2": 1 - 2**-10, "eps": 2**-10},
        long=1030,
    )
)

amsgrad.mistake(
    "max_missing",
    "The maximum is missing, or not stored: this is plain Adam.",
    "Keep the largest v so far, v_max ← max(v_max, v), and divide by its root.",
    {"maximum(v_max, v)": "v"},
    {"v_max = maximum": "largest = maximum", "v_max / (1": "largest / (1"},
)
amsgrad.mistake(
    "max_not_kept",
    "v is compared only with the v of the step before, not with the largest so far.",
    "Compare it with the last maximum and store the result: v_max ← max(v_max, v).",
    {"v_max = zeros": "v_max = last = zeros", "maximum(v_max, ": "maximum(last, last := "},
)
amsgrad.mistake(
    "max_overwrites_v",
    "The maximum is stored in v itself, so the average never falls.",
    "v goes on as in Adam, falling as well as rising. Keep the maximum beside it, in a v_max of its own.",
    {"v_max = maximum": "v_max = v = maximum"},
)
amsgrad.mistake(
    "no_bias_correction",
    "Your values are AMSGrad's without bias correction.",
    "The paper has none, the slides do: divide m by 1 − β₁ᵗ and v_max by 1 − β₂ᵗ, counting t from 1.",
    {"m / (1 - beta1**t)": "m", "v_max / (1 - beta2**t)": "v_max"},
)
amsgrad.mistake(
    "second_moment_uncorrected",
    "v_max is used without its bias correction.",
    "Divide v_max by 1 − β₂ᵗ, as m is by 1 − β₁ᵗ.",
    {"v_max / (1 - beta2**t)": "v_max"},
)
amsgrad.mistake(
    "betas_swapped",
    "β₁ and β₂ are swapped.",
    "β₁ belongs to m, the average of the gradient; β₂ to v, the average of its square.",
    {
        "beta1 * m + (1 - beta1)": "beta2 * m + (1 - beta2)",
        "beta2 * v + (1 - beta2)": "beta1 * v + (1 - beta1)",
        "m / (1 - beta1**t)": "m / (1 - beta2**t)",
        "v_max / (1 - beta2**t)": "v_max / (1 - beta1**t)",
    },
    {
        "beta1 * m + (1 - beta1)": "beta2 * m + (1 - beta2)",
        "beta2 * v + (1 - beta2)": "beta1 * v + (1 - beta1)",
    },
    {"while True:": "beta1, beta2 = beta2, beta1\n    while True:"},
)
amsgrad.mistake(
    "moment_overwritten",
    "The corrected moment is stored back into the moment.",
    "m̂ and v̂ are for this step's update only. Keep m, v and v_max as they are for the next step.",
    {"m_hat = m": "m_hat = m = m", "v_hat = v_max": "v_hat = v_max = v_max"},
    {"m_hat = m": "m_hat = m = m"},
    {"v_hat = v_max": "v_hat = v_max = v_max"},
    {
        "v_max = maximum(v_max, v)": "v = v / (1 - beta2**t)\n        v_max = maximum(v_max, v)",
        "v_max / (1 - beta2**t)": "v_max",
    },
)
SHARED = {
    "first_moment_uncorrected", "t_off_by_one", "t_constant", "root_missing", "gradient_not_squared",
    "betas_mixed", "eps_missing", "one_minus_beta_missing", "weights_swapped", "lr_missing",
    "sign_flipped",
}  # fmt: skip
for known in adam.variants:  # what Adam's page says of the lines that both pages share
    if known.id in SHARED:
        amsgrad.mistake(known.id, known.headline, known.remedy, *known.edits)

amsgrad.dialect(
    "max_of_corrected",
    "v_max is the maximum of the corrected v̂, not of v.",
    "The slides take the maximum of v and correct it afterwards. The two differ in the early steps.",
    {"v)": "v / (1 - beta2**t))", "v_max / (1 - beta2**t)": "v_max"},
    home="Optax",
)
amsgrad.dialect(
    "eps_outside_root",
    "ε stands outside the root: √v̂ + ε.",
    "The slides have √(v̂ + ε). The two differ where v̂ is as small as ε.",
    {"sqrt(v_hat + eps)": "(sqrt(v_hat) + eps)"},
    home="PyTorch, Optax",
)
amsgrad.dialect(
    "eps_before_correction",
    "ε is added to √v_max before the bias correction: the rate is corrected instead of the moments.",
    "The slides correct first and have √(v̂ + ε). The two differ where v_max is as small as ε, most in the first steps.",
    {
        "v_max / (1 - beta2**t)": "v_max",
        "m_hat / sqrt(v_hat + eps)": "sqrt(1 - beta2**t) * m_hat / (sqrt(v_hat) + eps)",
    },
    home="TensorFlow, Keras",
)
amsgrad.dialect(
    "eps_before_correction_inside",
    "ε is added to v_max before the bias correction: the rate is corrected instead of the moments.",
    "The slides correct first and have √(v̂ + ε). The two differ where v_max is as small as ε, most in the first steps.",
    {
        "v_max / (1 - beta2**t)": "v_max",
        "m_hat / sqrt(v_hat + eps)": "sqrt(1 - beta2**t) * m_hat / sqrt(v_hat + eps)",
    },
    home="code that folds the correction into the rate",
)
