"""Adam: RMSProp's step size on momentum's direction, both corrected for having started at zero.

m is a running average of the gradient, v of its square. Both start at 0 and are too small at first, by exactly the
factors 1 − β₁ᵗ and 1 − β₂ᵗ; dividing by them (m̂, v̂) makes every early step as long as the later ones.

The slides put ε under the root, √(v̂ + ε). The paper's Algorithm 1, PyTorch and Optax add it outside, √v̂ + ε; the
efficient form at the end of the paper's section 2, which TensorFlow and Keras follow, adds it to √v before the
correction.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.optimizers import optimizer_battery
from reference.maths import sqrt, zeros_like
from reference.spec import Array, Gradient, Steps, algorithm


@algorithm(
    title="Adam",
    topic="Optimizers",
    order=80,
    lecture=8,
    slide="Adam",
    paper="Kingma & Ba 2015, Adam: A Method for Stochastic Optimization, arXiv:1412.6980",
    steps={
        "m": "m ← β₁m + (1 − β₁)g",
        "v": "v ← β₂v + (1 − β₂)g²",
        "m_hat": "m̂ = m / (1 − β₁ᵗ)",
        "v_hat": "v̂ = v / (1 − β₂ᵗ)",
        "w": "w ← w − η m̂ / √(v̂ + ε)",
    },
)
def adam(
    w: Array, grad: Gradient, *, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> Steps:
    m = zeros_like(w)
    v = zeros_like(w)
    t = 0
    while True:
        t = t + 1
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w = w - lr * m_hat / sqrt(v_hat + eps)
        yield {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "w": w}


adam.rounds(
    "an average may be written as m += (1 − β)(g − m), or as g + β(m − g)",
    {
        "beta1 * m + (1 - beta1) * g": "(1 - beta1) * absolute(m) + beta1 * absolute(g)",
        "beta2 * v + (1 - beta2) * g**2": "(1 - beta2) * v + beta2 * g**2",
    },
)


@adam.oracle
def closed_form(torch: Any, w: Any, grads: Any, *, lr: float, beta1: float, beta2: float, eps: float) -> dict[str, Any]:
    """The averages as weighted sums over the whole past, m_t = (1 − β₁) Σ β₁ᵗ⁻ˢ g_s: no recursion at all."""
    t = torch.arange(1, len(grads) + 1, dtype=w.dtype)
    past = (t[:, None] - t).tril()
    m = torch.tensordot((1 - beta1) * (beta1**past).tril(), grads, dims=1)
    v = torch.tensordot((1 - beta2) * (beta2**past).tril(), grads.square(), dims=1)
    t = t.reshape(-1, *[1] * w.dim())
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - torch.cumsum(lr * m_hat * torch.rsqrt(v_hat + eps), dim=0)
    return {"m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat, "w": w}


adam.cases(
    *optimizer_battery(
        plain={"lr": 0.125, "beta1": 0.75, "beta2": 0.875, "eps": 2**-6},
        odd={"lr": 0.03125, "beta1": 0.84375, "beta2": 0.96875, "eps": 2**-10},
        memoryless={"lr": 0.125, "beta1": 0.0, "beta2": 0.875, "eps": 2**-6},
        late={"lr": 2**-10, "beta1": 0.84375, "beta2": 1 - 2**-10, "eps": 2**-10},
        long=1030,
    )
)

adam.mistake(
    "no_bias_correction",
    "Your values are Adam's without bias correction.",
    "m and v start at 0 and are too small at first. Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ, counting t from 1.",
    {"m / (1 - beta1**t)": "m", "v / (1 - beta2**t)": "v"},
)
adam.mistake(
    "first_moment_uncorrected",
    "m is used without its bias correction.",
    "Divide m by 1 − β₁ᵗ, as v is by 1 − β₂ᵗ.",
    {"m / (1 - beta1**t)": "m"},
)
adam.mistake(
    "second_moment_uncorrected",
    "v is used without its bias correction.",
    "Divide v by 1 − β₂ᵗ, as m is by 1 − β₁ᵗ.",
    {"v / (1 - beta2**t)": "v"},
)
adam.mistake(
    "t_off_by_one",
    "The step count t is off by one in the bias correction.",
    "t is 1 in the first step: raise it before it is used, and start it at 0.",
    {"t = 0": "t = 1"},
    {"t = 0": "t = -1"},
    {"t = 0": "t = steps = 0", "t = t + 1": "t, steps = max(steps, 1), steps + 1"},
)
adam.mistake(
    "t_constant",
    "The step count t never advances.",
    "The bias correction needs t = 1, 2, 3, …: keep t between the steps and add 1 in each.",
    {"t = t + 1": "t = 1"},
    {"t = t + 1": "t = 2"},
)
adam.mistake(
    "betas_swapped",
    "β₁ and β₂ are swapped.",
    "β₁ belongs to m, the average of the gradient; β₂ to v, the average of its square.",
    {
        "beta1 * m + (1 - beta1) * g": "beta2 * m + (1 - beta2) * g",
        "beta2 * v + (1 - beta2) * g**2": "beta1 * v + (1 - beta1) * g**2",
        "m / (1 - beta1**t)": "m / (1 - beta2**t)",
        "v / (1 - beta2**t)": "v / (1 - beta1**t)",
    },
    {
        "beta1 * m + (1 - beta1) * g": "beta2 * m + (1 - beta2) * g",
        "beta2 * v + (1 - beta2) * g**2": "beta1 * v + (1 - beta1) * g**2",
    },
    {"while True:": "beta1, beta2 = beta2, beta1\n    while True:"},
)
adam.mistake(
    "moment_overwritten",
    "The corrected moment is stored back into the moment.",
    "m̂ and v̂ are for this step's update only. Keep m and v as they are for the next step.",
    {
        "m_hat = m / (1 - beta1**t)": "m_hat = m = m / (1 - beta1**t)",
        "v_hat = v / (1 - beta2**t)": "v_hat = v = v / (1 - beta2**t)",
    },
    {"m_hat = m / (1 - beta1**t)": "m_hat = m = m / (1 - beta1**t)"},
    {"v_hat = v / (1 - beta2**t)": "v_hat = v = v / (1 - beta2**t)"},
)
adam.mistake(
    "root_missing",
    "The square root is missing.",
    "The step is divided by √(v̂ + ε), not by v̂ + ε: v̂ is an average of squares.",
    {"sqrt(v_hat + eps)": "(v_hat + eps)"},
)
adam.mistake(
    "gradient_not_squared",
    "v averages the gradient itself, not its square.",
    "v ← β₂v + (1 − β₂)g²: square the gradient element by element.",
    {"(1 - beta2) * g**2": "(1 - beta2) * g"},
    {"(1 - beta2) * g**2": "(1 - beta2) * absolute(g)"},
)
adam.mistake(
    "betas_mixed",
    "One β stands where the other belongs.",
    "β₁ belongs to m and to its correction, β₂ to v and to its own: look for a line that was copied.",
    {"(1 - beta2) * g**2": "(1 - beta1) * g**2"},
    {"(1 - beta1) * g": "(1 - beta2) * g"},
    {"(1 - beta2**t)": "(1 - beta1**t)"},
    {"(1 - beta1**t)": "(1 - beta2**t)"},
    {"beta2 * v + (1 - beta2) * g**2": "beta1 * v + (1 - beta1) * g**2"},
)
adam.mistake(
    "one_minus_beta_missing",
    "A factor 1 − β is missing in the averages.",
    "m ← β₁m + (1 − β₁)g, and v alike with β₂: the weights of old and new add up to 1.",
    {"(1 - beta1) * g": "g", "(1 - beta2) * g**2": "g**2"},
    {"(1 - beta1) * g": "g"},
    {"(1 - beta2) * g**2": "g**2"},
)
adam.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Divide by √(v̂ + ε) with the argument eps.",
    {"while True:": "eps = 1e-8\n    while True:"},
    {"while True:": "eps = 1e-7\n    while True:"},
)
adam.mistake(
    "weights_swapped",
    "β and 1 − β are swapped in the averages.",
    "β belongs to the old average, the small 1 − β to the new value: m ← β₁m + (1 − β₁)g.",
    {
        "beta1 * m + (1 - beta1) * g": "(1 - beta1) * m + beta1 * g",
        "beta2 * v + (1 - beta2) * g**2": "(1 - beta2) * v + beta2 * g**2",
    },
)
adam.mistake(
    "eps_missing",
    "ε is missing under the root.",
    "Divide by √(v̂ + ε). It also keeps a weight whose gradients have all been zero from 0/0.",
    {"sqrt(v_hat + eps)": "sqrt(v_hat)"},
    {"sqrt(v_hat + eps)": "maximum(sqrt(v_hat), 1e-30)"},
)
adam.mistake(
    "lr_missing",
    "The step is not multiplied by the learning rate.",
    "w ← w − η m̂ / √(v̂ + ε): η is about the length of every step.",
    {"lr * ": ""},
)
adam.mistake(
    "sign_flipped",
    "You step up the gradient instead of down.",
    "The gradient points where the loss grows. Subtract the step from w.",
    {"w = w - ": "w = w + "},
)
adam.dialect(
    "eps_outside_root",
    "ε stands outside the root: √v̂ + ε.",
    "The slides have √(v̂ + ε). The two differ where v̂ is as small as ε.",
    {"sqrt(v_hat + eps)": "(sqrt(v_hat) + eps)"},
    home="the paper's Algorithm 1, PyTorch, Optax",
)
adam.dialect(
    "eps_before_correction",
    "ε is added to √v before the bias correction: the rate is corrected instead of the moments.",
    "The slides correct first and have √(v̂ + ε). The two differ where v is as small as ε, most in the first steps.",
    {"v / (1 - beta2**t)": "v", "m_hat / sqrt(v_hat + eps)": "sqrt(1 - beta2**t) * m_hat / (sqrt(v_hat) + eps)"},
    home="the paper's section 2 (efficient form), TensorFlow, Keras",
)
adam.dialect(
    "eps_before_correction_inside",
    "ε is added to v before the bias correction: the rate is corrected instead of the moments.",
    "The slides correct first and have √(v̂ + ε). The two differ where v is as small as ε, most in the first steps.",
    {"v / (1 - beta2**t)": "v", "m_hat / sqrt(v_hat + eps)": "sqrt(1 - beta2**t) * m_hat / sqrt(v_hat + eps)"},
    home="code that folds the correction into the rate",
)
