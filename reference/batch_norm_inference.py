"""Batch normalization at inference: the fixed statistics of training in place of the batch's.

In training an example's output depends on its company, the other examples of the batch. At inference it must not: one
example alone has no variance, and a prediction may not change with what it is batched with. So training keeps a running
mean and a running variance, and inference uses them: y = γ(x − μ_run) / √(σ²_run + ε) + β. With everything but x fixed
this is one multiplication and one addition a feature; compilers fold it into the layer before.

Sources differ in how the running statistics come about: averages over batches with 1/(N − 1) in the paper, exponential
averages in PyTorch (momentum 0.1 on the new value, variance by 1/(N − 1)) and Keras (momentum 0.99 on the old one,
variance by 1/N). Once they are given there is one formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.batch_norm import OWN_EPS, batch_norm_battery
from reference.cases import Call, Case
from reference.maths import sqrt
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Batch normalization, inference",
    topic="Batch normalization",
    order=420,
    lecture=8,
    slide="Batch Normalization",
    paper="Ioffe & Szegedy 2015, Batch Normalization: Accelerating Deep Network Training, arXiv:1502.03167",
    steps={"x_hat": "x̂ = (x − μ_run) / √(σ²_run + ε)", "y": "y = γx̂ + β"},
)
def batch_norm_inference(
    x: Array, gamma: Array, beta: Array, running_mean: Array, running_var: Array, *, eps: float = 1e-5
) -> Values:
    x_hat = (x - running_mean) / sqrt(running_var + eps)
    y = gamma * x_hat + beta
    return {"x_hat": x_hat, "y": y}


batch_norm_inference.rounds(
    "scale and shift may be folded, x·s + (β − μ_run·s): each product rounds by its own size",
    {"(x - running_mean)": "absolute(x) + 2 * absolute(running_mean)"},
)


@batch_norm_inference.oracle
def library(
    torch: Any, x: Any, gamma: Any, beta: Any, running_mean: Any, running_var: Any, *, eps: float
) -> dict[str, Any]:
    """PyTorch's own, in evaluation mode."""
    normalized = torch.nn.functional.batch_norm
    return {
        "x_hat": normalized(x, running_mean, running_var, eps=eps),
        "y": normalized(x, running_mean, running_var, gamma, beta, eps=eps),
    }


def running(rng: Any, x: Any) -> dict[str, Any]:
    """Statistics that the batch's own are not, and a variance of 0 where x is constant."""
    spread = x.std(axis=0)
    return {
        "running_mean": x.mean(axis=0) + rng.choice([-1, 1], len(spread)) * rng.uniform(0.5, 1, len(spread)) * spread,
        "running_var": spread**2 * rng.uniform(1.5, 3, len(spread)),
    }


def unlike_training(rng: Generator) -> Case:
    import numpy as np

    args = {
        "x": rng.permuted(np.linspace([-9, 5, -6], [-5, 9, 6], 6), axis=0),
        "gamma": rng.uniform(0.5, 2, 3),
        "beta": rng.normal(size=3),
        "running_mean": rng.uniform(-0.5, 0.5, 3),
        "running_var": rng.uniform(0.5, 1.5, 3),
    }
    why = "examples more than three σ_run from μ_run: nothing is clipped"
    return Case("unlike-training", why, {"eps": 2**-8}, calls=(Call(args),))


batch_norm_inference.cases(*batch_norm_battery(running), unlike_training)

batch_norm_inference.mistake(
    "batch_statistics",
    "The batch's own mean or variance is used instead of the running one.",
    "At inference nothing is computed over the batch: use running_mean and running_var.",
    *(
        {**centered, **scaled}
        for centered in ({"x - running_mean": "x - mean(x, axis=0)"}, {})
        for scaled in (
            {"running_var": "variance(x, axis=0)"},
            {"running_var": "(variance(x, axis=0) * len(x) / (len(x) - 1))"},
        )
    ),
    {"x - running_mean": "x - mean(x, axis=0)"},
    {  # PyTorch's own, in training mode, which folds
        "(x - running_mean) / sqrt(running_var + eps)": "x / sqrt(variance(x, axis=0) + eps)"
        " - mean(x, axis=0) / sqrt(variance(x, axis=0) + eps)"
    },
)
batch_norm_inference.mistake(
    "root_missing",
    "The square root is missing: x − μ is divided by the running variance.",
    "running_var is σ², not σ: divide by √(σ² + ε).",
    {"sqrt(running_var + eps)": "(running_var + eps)"},
    {"sqrt(running_var + eps)": "running_var"},
)
batch_norm_inference.mistake(
    "eps_missing",
    "ε is missing.",
    "Divide by √(σ² + ε): a feature that was constant in training has σ² = 0.",
    {"sqrt(running_var + eps)": "sqrt(running_var)"},
    {"sqrt(running_var + eps)": "where(running_var == 0, 1, sqrt(running_var))"},
    detail=True,
)
batch_norm_inference.mistake(
    "scale_shift_missing",
    "The learned scale γ or shift β is missing.",
    "After normalizing, y = γx̂ + β, as in training.",
    {"gamma * x_hat + beta": "x_hat"},
    {" + beta": ""},
    {"gamma * x_hat": "x_hat"},
)
batch_norm_inference.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Use the argument eps under the root.",
    *({"running_var + eps": f"running_var + {own}"} for own in OWN_EPS),
    *({"sqrt(running_var + eps)": f"(sqrt(running_var) + {own})"} for own in OWN_EPS),
    detail=True,
)
batch_norm_inference.mistake(
    "not_centered",
    "The running mean is not subtracted.",
    "x̂ = (x − μ) / √(σ² + ε), with the running μ.",
    {"(x - running_mean)": "x"},
)
batch_norm_inference.mistake(
    "statistics_updated",
    "The running statistics are moved towards the batch's before they are used.",
    "They are updated in training only. At inference use running_mean and running_var as they are given.",
    *(
        {
            "x - running_mean": f"x - ({kept} * running_mean + {new} * mean(x, axis=0))",
            "running_var": f"({kept} * running_var + {new} * variance(x, axis=0){corrected})",
        }
        for kept, new in ((0.9, 0.1), (0.99, 0.01), (0.1, 0.9), (0.999, 0.001))
        for corrected in ("", " * len(x) / (len(x) - 1)")
    ),
)
batch_norm_inference.mistake(
    "statistics_swapped",
    "running_mean and running_var are swapped.",
    "They come in this order: x, γ, β, running_mean, running_var.",
    {"x - running_mean": "x - running_var", "running_var": "running_mean"},
    {"x - running_mean": "x - running_var", "running_var": "absolute(running_mean)"},
)
batch_norm_inference.mistake(
    "variance_corrected",
    "The running variance is corrected by N/(N − 1).",
    "However running_var came about, it is used as it is given; N is the size of another batch.",
    {"running_var": "running_var * len(x) / (len(x) - 1)"},
    detail=True,
)
batch_norm_inference.mistake(
    "gamma_beta_swapped",
    "γ and β are swapped.",
    "γ scales and β shifts: y = γx̂ + β.",
    {"gamma * x_hat + beta": "beta * x_hat + gamma"},
)
batch_norm_inference.mistake(
    "shift_scaled",
    "The shift β is multiplied by γ as well.",
    "Scale first, then shift: y = γx̂ + β.",
    {"gamma * x_hat + beta": "gamma * (x_hat + beta)"},
)
batch_norm_inference.mistake(
    "eps_as_floor",
    "ε is the least that the variance or the root may be, instead of being added.",
    "Add ε to σ² under the root, for every feature: √(σ² + ε).",
    {"sqrt(running_var + eps)": "sqrt(maximum(running_var, eps))"},
    {"sqrt(running_var + eps)": "maximum(sqrt(running_var), eps)"},
    {"sqrt(running_var + eps)": "where(sqrt(running_var) < eps, 1, sqrt(running_var))"},
    detail=True,
)
batch_norm_inference.dialect(
    "eps_outside_root",
    "ε stands outside the root: √σ² + ε.",
    "The slides have √(σ² + ε). The two differ where σ² is as small as ε.",
    {"sqrt(": "(sqrt(", " + eps": ") + eps"},
    home="code that guards a standard deviation, as the Annotated Transformer's layer normalization",
)
