"""Batch normalization, the backward pass: the gradients of x, γ and β from the gradient dy of the output.

γ and β are easy: y = γx̂ + β is a line, so dγ = Σ dy·x̂ and dβ = Σ dy, sums over the batch. x is not, because every
example of the batch enters μ and σ², and through them the output of every other. Its gradient has three paths, and the
chain rule adds them up:

- straight through x̂, as if μ and σ² were constants: dx̂ / √(σ² + ε);
- through the variance, ∂σ²/∂x = 2(x − μ)/N;
- through the mean, ∂μ/∂x = 1/N. μ is also inside σ², but there it does nothing: Σ (x − μ) = 0.

Put together and simplified they are one line, dx = γ / (N√(σ² + ε)) · (N·dy − dβ − x̂·dγ). Read backwards it says
that dx has mean 0 and is at right angles to x̂ (up to ε): moving all examples together, or stretching them, is what
normalization takes out, so no gradient may point that way. A gradient with a path missing does not have this property
and still trains, only worse, which is why the mistake is easily made and rarely seen.

The paper and the slides go by stages, as here; most libraries use the one line. Both are exact and round differently.
Where ε stands outside the root, the variance's path is another: √σ² has the derivative 1/(2√σ²), without ε.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.batch_norm import batch_norm_battery
from reference.maths import mean, sqrt, sum
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Batch normalization, backward",
    topic="Batch normalization",
    order=410,
    lecture=8,
    slide="Batch Normalization",
    paper="Ioffe & Szegedy 2015, Batch Normalization: Accelerating Deep Network Training, arXiv:1502.03167",
    steps={
        "dgamma": "dγ = Σ dy · x̂",
        "dbeta": "dβ = Σ dy",
        "dx_hat": "dx̂ = dy · γ",
        "dvar": "dσ² = Σ dx̂ · (x − μ) · −½ (σ² + ε)^(−3/2)",
        "dmean": "dμ = Σ −dx̂ / √(σ² + ε) + dσ² · 1/N Σ −2(x − μ)",
        "dx": "dx = dx̂ / √(σ² + ε) + dσ² · 2(x − μ)/N + dμ/N",
    },
    returns=("dx", "dgamma", "dbeta"),
    after="batch_norm_forward",
    free_shape=("dgamma", "dbeta"),
)
def batch_norm_backward(dy: Array, cache: Values) -> Values:
    x, gamma, eps = cache["x"], cache["gamma"], cache["eps"]
    mu, var, x_hat = cache["mean"], cache["var"], cache["x_hat"]
    N = len(x)
    root = sqrt(var + eps)
    dgamma = sum(dy * x_hat, axis=0)
    dbeta = sum(dy, axis=0)
    dx_hat = dy * gamma
    dvar = sum(dx_hat * (x - mu), axis=0) * -0.5 / root**3
    dmean = sum(-dx_hat / root, axis=0) + dvar * mean(-2 * (x - mu), axis=0)
    dx = dx_hat / root + dvar * 2 * (x - mu) / N + dmean / N
    return {"dgamma": dgamma, "dbeta": dbeta, "dx_hat": dx_hat, "dvar": dvar, "dmean": dmean, "dx": dx}


STAGES = "dx_hat / root + dvar * 2 * (x - mu) / N + dmean / N"
ONE_LINE = "gamma / (N * root) * (N * dy - dbeta - x_hat * dgamma)"
OUTSIDE = {"x_hat": '(x - cache["mean"]) / (sqrt(cache["var"]) + eps)', "root": "(sqrt(var) + eps)"}

batch_norm_backward.twin(
    "the three paths may be written as one line",
    {STAGES: "gamma / (N * root) * (N * dy - sum(dy, axis=0) - x_hat * sum(dy * x_hat, axis=0))"},
)
batch_norm_backward.loses_digits(
    "cancellation",
    "the forward pass computed the variance as E[x²] − μ², and everything here builds on it",
    {
        'cache["var"]': 'mean(x * x, axis=0) - cache["mean"] ** 2',
        'cache["x_hat"]': '(x - cache["mean"]) / sqrt(mean(x * x, axis=0) - cache["mean"] ** 2 + eps)',
    },
)


@batch_norm_backward.oracle
def autograd(torch: Any, x: Any, gamma: Any, beta: Any, dy: Any, *, eps: float) -> dict[str, Any]:
    """Automatic differentiation through the forward pass, written in elementary operations: no formula at all."""
    leaves = [each.clone().requires_grad_() for each in (x, gamma, beta)]
    x, gamma, beta = leaves
    centered = x - x.mean(dim=0)
    y = gamma * centered / (centered.square().mean(dim=0) + eps).sqrt() + beta
    dx, dgamma, dbeta = torch.autograd.grad(y, leaves, dy)
    return {"dgamma": dgamma, "dbeta": dbeta, "dx": dx}


batch_norm_backward.cases(*batch_norm_battery(lambda rng, x: {"dy": rng.normal(size=x.shape)}))

batch_norm_backward.mistake(
    "mean_path_missing",
    "dx leaves out the path through the mean.",
    "Every x is part of μ: add dμ/N, or subtract the mean of dx̂ over the batch. A right dx has mean 0.",
    {" + dmean / N": ""},
)
batch_norm_backward.mistake(
    "variance_path_missing",
    "dx leaves out the path through the variance.",
    "Every x is part of σ²: add dσ² · 2(x − μ)/N, the part of dx along x̂.",
    {" + dvar * 2 * (x - mu) / N": ""},
)
batch_norm_backward.mistake(
    "dgamma_uses_x",
    "dγ is summed over dy·x or dy·y instead of dy·x̂.",
    "γ multiplies the normalized x̂, so dγ = Σ dy·x̂.",
    {"dy * x_hat": "dy * x"},
    {"dy * x_hat": "dy * (x - mu)"},
    {"dy * x_hat": "dy * x", STAGES: ONE_LINE},
    {"dy * x_hat": "dy * (x - mu)", STAGES: ONE_LINE},
    {"dy * x_hat": 'dy * cache["y"]'},
)
batch_norm_backward.mistake(
    "mean_for_sum",
    "dγ or dβ is averaged over the batch instead of summed.",
    "γ and β act on every example, and their gradients add up: Σ dy·x̂ and Σ dy, without 1/N.",
    {"sum(dy * x_hat, axis=0)": "mean(dy * x_hat, axis=0)", "sum(dy, axis=0)": "mean(dy, axis=0)"},
    {"sum(dy * x_hat, axis=0)": "mean(dy * x_hat, axis=0)"},
    {"sum(dy, axis=0)": "mean(dy, axis=0)"},
    {
        "sum(dy * x_hat, axis=0)": "mean(dy * x_hat, axis=0)",
        "sum(dy, axis=0)": "mean(dy, axis=0)",
        STAGES: ONE_LINE,
    },
    {"sum(dy * x_hat, axis=0)": "mean(dy * x_hat, axis=0)", STAGES: ONE_LINE},
    {"sum(dy, axis=0)": "mean(dy, axis=0)", STAGES: ONE_LINE},
)
batch_norm_backward.mistake(
    "statistics_constant",
    "dx treats μ and σ² as constants.",
    "Both depend on every x of the batch: add the path through the variance and the one through the mean.",
    {STAGES: "dx_hat / root"},
)
batch_norm_backward.mistake(
    "gamma_missing",
    "dx is computed without γ.",
    "The gradient passes the scale first: dx̂ = dy · γ.",
    {"dy * gamma": "dy"},
)
batch_norm_backward.mistake(
    "dx_averaged",
    "dx is divided by N.",
    "Only what comes through μ and σ² has a 1/N. Where the loss is a mean, dy holds its 1/N already.",
    {STAGES: f"({STAGES}) / N"},
)
batch_norm_backward.mistake(
    "wrong_axis",
    "The means in dx are over each example, or over the whole array, not over the batch.",
    "Average over the N examples, axis 0, as in the forward pass.",
    *(
        {
            STAGES: f"(dx_hat - mean(dx_hat, {over}) - x_hat * mean(dx_hat * x_hat, {over})) / root",
        }
        for over in ("axis=1, keepdims=True", "axis=None")
    ),
)
batch_norm_backward.mistake(
    "root_missing",
    "dx is divided by σ² + ε, not by its root.",
    "x̂ = (x − μ) / √(σ² + ε): going back, every path is divided by that root.",
    {"sqrt(var + eps)": "(var + eps)", STAGES: ONE_LINE},
    {"sqrt(var + eps)": "(var + eps)"},
)
batch_norm_backward.mistake(
    "gamma_twice",
    "dx is multiplied by γ twice.",
    "dx̂ = dy · γ holds the γ already: go on from dx̂ without another one.",
    {"dy * gamma": "dy * gamma * gamma"},
)
batch_norm_backward.mistake(
    "root_left_out",
    "dx is not divided by √(σ² + ε).",
    "x̂ = (x − μ) / √(σ² + ε): going back, every path is divided by that root.",
    {STAGES: "dx_hat - mean(dx_hat, axis=0) - x_hat * mean(dx_hat * x_hat, axis=0)"},
)
batch_norm_backward.mistake(
    "dgamma_dbeta_swapped",
    "dγ and dβ are swapped.",
    "Return (dx, dγ, dβ), with dγ = Σ dy·x̂ and dβ = Σ dy.",
    {"sum(dy * x_hat, axis=0)": "sum(dy, axis=0)", "sum(dy, axis=0)": "sum(dy * x_hat, axis=0)"},
)
batch_norm_backward.mistake(
    "eps_missing",
    "dx is computed without ε.",
    "The forward pass divides by √(σ² + ε); so does the gradient, with the same ε.",
    {"sqrt(var + eps)": "sqrt(var)"},
    {"root**3": "sqrt(var) ** 3"},
    {"sqrt(var + eps)": "sqrt(var)", STAGES: ONE_LINE},
    detail=True,
)
batch_norm_backward.mistake(
    "eps_ignored",
    "ε in dx is a number of its own, whatever the forward pass has.",
    "Hand ε, or the root itself, over in the cache: the gradient has the same √(σ² + ε).",
    *({"var + eps": f"var + {own}", **form} for own in (1e-5, 1e-8) for form in ({}, {STAGES: ONE_LINE})),
    detail=True,
)
batch_norm_backward.mistake(
    "eps_outside_in_dx",
    "dx is divided by √σ² + ε, x̂ by √(σ² + ε).",
    "The gradient has the same root as the forward pass, with ε inside. Keep it in the cache.",
    {"sqrt(var + eps)": OUTSIDE["root"]},
    {"sqrt(var + eps)": OUTSIDE["root"], STAGES: ONE_LINE},
    detail=True,
)
batch_norm_backward.mistake(
    "n_missing",
    "A path of dx lacks its 1/N.",
    "μ and σ² are means: each x moves them by 1/N of what it moves itself.",
    {"(x - mu) / N": "(x - mu)", "dmean / N": "dmean"},
    {"(x - mu) / N": "(x - mu)"},
    {"dmean / N": "dmean"},
)
batch_norm_backward.mistake(
    "n_minus_one",
    "A path of dx is divided by N − 1 instead of N.",
    "The forward pass has σ² = 1/N Σ (x − μ)²: going back, N is the same.",
    {"(x - mu) / N": "(x - mu) / (N - 1)", "dmean / N": "dmean / (N - 1)"},
    {"(x - mu) / N": "(x - mu) / (N - 1)"},
    {"dmean / N": "dmean / (N - 1)"},
    detail=True,
)
batch_norm_backward.mistake(
    "power_wrong",
    "σ² + ε has the wrong power in the gradient of the variance.",
    "The derivative of (σ² + ε)^(−1/2) is −½ (σ² + ε)^(−3/2).",
    {"root**3": "root"},
    {"root**3": "root**2"},
    {"root**3": "root**6"},
)
batch_norm_backward.mistake(
    "half_missing",
    "The gradient of the variance lacks its factor ½.",
    "The derivative of (σ² + ε)^(−1/2) is −½ (σ² + ε)^(−3/2).",
    {"* -0.5": "* -1"},
)
batch_norm_backward.mistake(
    "two_missing",
    "The path through the variance lacks its factor 2.",
    "The derivative of (x − μ)² is 2(x − μ).",
    {"dvar * 2 * (x - mu)": "dvar * (x - mu)"},
)
batch_norm_backward.mistake(
    "sign_flipped",
    "A path of dx has the wrong sign.",
    "A larger μ makes x̂ smaller, a larger σ² draws it to 0: dμ enters by −1/√(σ² + ε), dσ² by −½ (σ² + ε)^(−3/2).",
    {"* -0.5": "* 0.5", "-dx_hat / root": "dx_hat / root"},
    {"* -0.5": "* 0.5"},
    {"-dx_hat / root": "dx_hat / root"},
)
batch_norm_backward.mistake(
    "gradient_of_eps_inside",
    "x̂ has ε outside the root, √σ² + ε, but dx is the gradient of ε inside.",
    "The slides have √(σ² + ε). Change the forward pass: with ε inside, this dx is right.",
    {'cache["x_hat"]': OUTSIDE["x_hat"], "sqrt(var + eps)": OUTSIDE["root"]},
    {'cache["x_hat"]': OUTSIDE["x_hat"]},
    {'cache["x_hat"]': OUTSIDE["x_hat"], STAGES: ONE_LINE},
    detail=True,
)
batch_norm_backward.dialect(
    "eps_outside_root",
    "Your gradient is that of a forward pass with ε outside the root: √σ² + ε.",
    "The slides have √(σ² + ε), and its gradient. Change the forward pass and this one together.",
    {
        'cache["x_hat"]': OUTSIDE["x_hat"],
        "sqrt(var + eps)": OUTSIDE["root"],
        "root**3": "(root**2 * sqrt(var))",
    },
    home="code that guards a standard deviation, as the Annotated Transformer's layer normalization",
)
