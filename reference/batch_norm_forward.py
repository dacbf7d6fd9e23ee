"""Batch normalization, the forward pass: every feature of a batch gets mean 0 and variance 1, and then a scale and a
shift that are learned.

A layer's inputs drift while the layers below it learn. Normalizing them over the batch keeps them where the layer can
use them: μ and σ² are taken for each feature (each column) over the N examples, and x̂ = (x − μ) / √(σ² + ε) has no
unit any more. γ and β give back what this takes away; with γ = √(σ² + ε) and β = μ the layer is the identity.
ε keeps a feature finite that does not vary within the batch.

Sources agree on the formula, not on its numbers. σ² divides by N here, in the paper's Algorithm 1, in PyTorch and in
Keras; it is the running variance, kept for inference, that the paper and PyTorch correct to 1/(N − 1). ε is 1e-5 in
PyTorch and 1e-3 in Keras, under the root in both. Code that guards a standard deviation adds it outside, σ + ε, which
differs where σ² is as small as ε. Statistics over each example instead (axis 1) are layer normalization.

The cache holds whatever the backward pass needs. It is the student's own: nobody looks into it but to explain.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.batch_norm import OWN_EPS, batch_norm_battery
from reference.maths import mean, sqrt, variance
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Batch normalization, forward",
    topic="Batch normalization",
    order=400,
    lecture=8,
    slide="Batch Normalization",
    paper="Ioffe & Szegedy 2015, Batch Normalization: Accelerating Deep Network Training, arXiv:1502.03167",
    steps={
        "mean": "μ = 1/N Σ x",
        "var": "σ² = 1/N Σ (x − μ)²",
        "x_hat": "x̂ = (x − μ) / √(σ² + ε)",
        "y": "y = γx̂ + β",
    },
    returns=("y", "cache"),
)
def batch_norm_forward(x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5) -> Values:
    mu = mean(x, axis=0)
    var = variance(x, axis=0)
    x_hat = (x - mu) / sqrt(var + eps)
    y = gamma * x_hat + beta
    return {"mean": mu, "var": var, "x_hat": x_hat, "y": y}


batch_norm_forward.rounds(  # no twin: it would count the error of s twice, in x·s and in μ·s, where it cancels
    "scale and shift may be folded, x·s + (β − μ·s): each product rounds by its own size, and β − μ·s once more",
    {"(x - mu)": "absolute(x) + 2 * absolute(mu)"},
)
batch_norm_forward.loses_digits(
    "cancellation",
    "the variance as E[x²] − μ², a difference of large numbers where the offset is large",
    {"variance(x, axis=0)": "mean(x * x, axis=0) - mu * mu"},
)


@batch_norm_forward.oracle
def library(torch: Any, x: Any, gamma: Any, beta: Any, *, eps: float) -> dict[str, Any]:
    """PyTorch's own, with the batch's statistics, and without scale and shift for x̂."""
    var, mu = torch.var_mean(x, dim=0, correction=0)
    normalized = torch.nn.functional.batch_norm
    return {
        "mean": mu,
        "var": var,
        "x_hat": normalized(x, None, None, training=True, eps=eps),
        "y": normalized(x, None, None, gamma, beta, training=True, eps=eps),
    }


batch_norm_forward.cases(*batch_norm_battery(lambda rng, x: {}))

batch_norm_forward.mistake(
    "ddof_1",
    "The variance divides by N − 1 instead of N.",
    "Use the batch's own variance, 1/N Σ (x − μ)². In torch that is var(correction=0).",
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x) / (len(x) - 1)"},
    detail=True,
)
batch_norm_forward.mistake(
    "wrong_axis",
    "Mean and variance are taken over each example's features instead of over the batch.",
    "Average over the N examples, axis 0: one μ and one σ² for each feature. Over axis 1 this is layer normalization.",
    {
        "mean(x, axis=0)": "mean(x, axis=1, keepdims=True)",
        "variance(x, axis=0)": "variance(x, axis=1, keepdims=True)",
    },
    {  # torch's own std or var
        "mean(x, axis=0)": "mean(x, axis=1, keepdims=True)",
        "variance(x, axis=0)": "variance(x, axis=1, keepdims=True) * len(x[0]) / (zeros_like(x) + len(x[0]) - 1)",
    },
    {"mean(x, axis=0)": "mean(x, axis=1, keepdims=True)"},
    {"variance(x, axis=0)": "variance(x, axis=1, keepdims=True)"},
)
batch_norm_forward.mistake(
    "root_missing",
    "The square root is missing: x − μ is divided by the variance.",
    "Divide by √(σ² + ε), the standard deviation.",
    {"sqrt(var + eps)": "(var + eps)"},
    {"sqrt(var + eps)": "var"},
)
batch_norm_forward.mistake(
    "scale_shift_missing",
    "The learned scale γ or shift β is missing.",
    "After normalizing, y = γx̂ + β.",
    {"gamma * x_hat + beta": "x_hat"},
    {" + beta": ""},
    {"gamma * x_hat": "x_hat"},
)
batch_norm_forward.mistake(
    "eps_missing",
    "ε is missing.",
    "Divide by √(σ² + ε): a feature that is constant within the batch has σ² = 0.",
    {"sqrt(var + eps)": "sqrt(var)"},
    {"sqrt(var + eps)": "where(var == 0, 1, sqrt(var))"},
    detail=True,
)
batch_norm_forward.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Use the argument eps under the root.",
    *({"var + eps": f"var + {own}"} for own in OWN_EPS),
    *({"sqrt(var + eps)": f"(sqrt(var) + {own})"} for own in OWN_EPS),
    detail=True,
)
batch_norm_forward.mistake(
    "whole_array",
    "One mean and one variance are taken over the whole array.",
    "Average over the N examples only, axis 0: every feature has its own μ and σ².",
    {"mean(x, axis=0)": "mean(x)", "variance(x, axis=0)": "variance(x)"},
    {"variance(x, axis=0)": "variance(x)"},
    {  # torch's own std or var
        "mean(x, axis=0)": "mean(x)",
        "variance(x, axis=0)": "variance(x) * len(x.reshape(-1)) / (len(x.reshape(-1)) - 1)",
    },
)
batch_norm_forward.mistake(
    "not_centered",
    "The mean is not subtracted.",
    "x̂ = (x − μ) / √(σ² + ε): center first.",
    {"(x - mu)": "x"},
)
batch_norm_forward.mistake(
    "second_moment",
    "The mean of x² stands in the variance's place.",
    "σ² is the mean squared distance from μ: 1/N Σ (x − μ)².",
    {"variance(x, axis=0)": "mean(x * x, axis=0)"},
)
batch_norm_forward.mistake(
    "root_twice",
    "The root is taken twice: what you call the variance is already its root.",
    "std is √σ²: divide by √(σ² + ε), with the variance σ² itself.",
    {"variance(x, axis=0)": "sqrt(variance(x, axis=0))"},
)
batch_norm_forward.mistake(
    "variance_summed",
    "The sum of the squared distances is not divided by N.",
    "σ² is their mean over the batch: divide the sum of (x − μ)² by N, the number of examples.",
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x)"},
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x) / x.shape[1]"},
)
batch_norm_forward.mistake(
    "gamma_beta_swapped",
    "γ and β are swapped.",
    "γ scales and β shifts: y = γx̂ + β.",
    {"gamma * x_hat + beta": "beta * x_hat + gamma"},
)
batch_norm_forward.mistake(
    "shift_scaled",
    "The shift β is multiplied by γ as well.",
    "Scale first, then shift: y = γx̂ + β.",
    {"gamma * x_hat + beta": "gamma * (x_hat + beta)"},
)
batch_norm_forward.mistake(
    "eps_as_floor",
    "ε is the least that the variance or the root may be, instead of being added.",
    "Add ε to σ² under the root, for every feature: √(σ² + ε).",
    {"sqrt(var + eps)": "sqrt(maximum(var, eps))"},
    {"sqrt(var + eps)": "maximum(sqrt(var), eps)"},
    {"sqrt(var + eps)": "where(sqrt(var) < eps, 1, sqrt(var))"},
    detail=True,
)
batch_norm_forward.dialect(
    "eps_outside_root",
    "ε stands outside the root: √σ² + ε.",
    "The slides have √(σ² + ε). The two differ where σ² is as small as ε.",
    {"sqrt(var + eps)": "(sqrt(var) + eps)"},
    home="code that guards a standard deviation, as the Annotated Transformer's layer normalization",
)
