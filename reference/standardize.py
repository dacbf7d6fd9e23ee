"""Standardization: every feature gets the mean 0 and the standard deviation 1.

Each column is moved by its mean μ and divided by its standard deviation σ, the root of the mean squared distance from
μ. All features then vary about as much, so that the loss is curved about alike in all directions and one learning
rate fits them.

Sources disagree on σ: numpy divides the squares' sum by N, as here, and so does scikit-learn; PyTorch's ``std``, pandas
and R divide by N − 1, unless told otherwise. A constant feature has σ = 0 and becomes 0.

The variance may be computed as mean((x − μ)²) or in any form as accurate. E[x²] − μ² is the same on paper, but
subtracts two nearly equal numbers where |μ| is large beside σ, and loses the digits in which they agree.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.normalization import GUARDS, feature_battery
from reference.maths import mean, sqrt, variance, where
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Standardization",
    topic="Data normalization",
    order=310,
    lecture=8,
    slide="Data Normalization",
    paper="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp",
    steps={
        "mean": "μ = mean of each column",
        "std": "σ = √(mean of (x − μ)² of each column)",
        "y": "y = (x − μ) / σ, and 0 where σ = 0",
    },
)
def standardize(x: Array) -> Values:
    mu = mean(x, axis=0)
    sigma = sqrt(variance(x, axis=0))
    scale = where(sigma == 0, 1, sigma)
    y = (x - mu) / scale
    return {"mean": mu, "std": sigma, "y": y}


NAIVE = {"variance(x, axis=0)": "mean(x**2, axis=0) - mu**2"}
CONSTANT = "(smallest(x, axis=0) == largest(x, axis=0))"  # of a σ that rounds it could not be told

standardize.rounds(
    "the fraction may be split, x·s − μ·s with s = 1/σ, which is exact where s is 1",
    {"(x - mu)": f"where({CONSTANT}, 0, 2 * x)"},
)
standardize.loses_digits("cancellation", "σ² computed as E[x²] − μ²", {**NAIVE, "sigma == 0": CONSTANT})


@standardize.oracle
def std_mean(torch: Any, x: Any) -> dict[str, Any]:
    """torch's own σ and μ; 0/0 is replaced afterwards."""
    sigma, mu = torch.std_mean(x, dim=0, correction=0)
    return {"mean": mu, "std": sigma, "y": torch.nan_to_num((x - mu).div(sigma), nan=0.0)}


standardize.cases(*feature_battery())

standardize.mistake(
    "whole_array",
    "The statistics are over the whole table, not over each feature.",
    "Every column has its own mean and standard deviation: take both along axis 0.",
    {"mean(x, axis=0)": "mean(x)", "variance(x, axis=0)": "variance(x)"},
    {"variance(x, axis=0)": "variance(x)"},
    {"mean(x, axis=0)": "mean(x)"},
    {  # torch's own std or var
        "mean(x, axis=0)": "mean(x)",
        "variance(x, axis=0)": "variance(x) * len(x.reshape(-1)) / (len(x.reshape(-1)) - 1)",
    },
)
standardize.mistake(
    "wrong_axis",
    "The statistics are over each example, not over each feature.",
    "Rows are examples, columns features: take the mean and the standard deviation along axis 0.",
    {
        "mean(x, axis=0)": "mean(x, axis=1, keepdims=True)",
        "variance(x, axis=0)": "variance(x, axis=1, keepdims=True)",
    },
    {  # torch's own std or var
        "mean(x, axis=0)": "mean(x, axis=1, keepdims=True)",
        "variance(x, axis=0)": "variance(x, axis=1, keepdims=True) * len(x[0]) / (zeros_like(x) + len(x[0]) - 1)",
    },
    {"variance(x, axis=0)": "variance(x, axis=1, keepdims=True)"},
    {"mean(x, axis=0)": "mean(x, axis=1, keepdims=True)"},
)
standardize.mistake(
    "ddof_1",
    "The variance is divided by N − 1.",
    "Divide the sum of squares by N: numpy's std does, torch's needs correction=0.",
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x) / max(len(x) - 1, 1)"},
    {
        "variance(x, axis=0)": "variance(x, axis=0) * len(x) / (len(x) - 1)",  # one example: 0/0
        "sigma == 0": f"{CONSTANT} & (len(x) > 1)",
    },
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x) / (len(x) - 1)"},  # the same under a guard
    detail=True,
)
standardize.mistake(
    "not_centered",
    "The mean is not subtracted.",
    "Subtract it before you divide: (x − μ) / σ.",
    {"(x - mu)": "x"},
    {"(x - mu)": "where(sigma == 0, 0, x)"},
)
standardize.mistake(
    "variance_not_std",
    "You divide by the variance, not by its root.",
    "σ is the square root of the variance.",
    {"sqrt(variance(x, axis=0))": "variance(x, axis=0)"},
)
standardize.mistake(
    "constant_feature_nan",
    "A constant feature becomes NaN: its σ is 0.",
    "Where σ = 0 divide by 1 instead, so that the feature becomes 0.",
    {"where(sigma == 0, 1, sigma)": "sigma"},
    detail=True,
)
standardize.mistake(
    "constant_feature_kept",
    "A constant feature keeps its value, or becomes 1.",
    "A constant feature tells nothing: it becomes 0.",
    {"(x - mu)": "where(sigma == 0, x, x - mu)"},
    {"(x - mu)": "where(sigma == 0, 1, x - mu)"},
    detail=True,
)
standardize.mistake(
    "parentheses_missing",
    "Only the mean is divided by σ, not x − μ.",
    "Put the difference in parentheses: (x − μ) / σ.",
    {"(x - mu)": "x - mu"},
)
standardize.mistake(
    "not_scaled",
    "You only subtract the mean.",
    "Divide by the standard deviation as well: (x − μ) / σ.",
    {"(x - mu) / scale": "(x - mu)"},
)
standardize.mistake(
    "sum_not_mean",
    "The sum of the squared distances is not divided by N.",
    "The variance is their mean: divide by N, the number of examples.",
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x)"},
    {"variance(x, axis=0)": "variance(x, axis=0) * len(x) / x.shape[1]"},
)
standardize.mistake(
    "mean_absolute_deviation",
    "You divide by the mean absolute distance from μ.",
    "σ is the root of the mean squared distance.",
    {"sqrt(variance(x, axis=0))": "mean(absolute(x - mu), axis=0)"},
)
standardize.mistake(
    "root_mean_square",
    "You divide by the root mean square of x itself.",
    "The variance is the mean of (x − μ)², not of x².",
    {"variance(x, axis=0)": "mean(x**2, axis=0)"},
)
standardize.mistake(
    "divided_by_range",
    "You divide by the range, max − min.",
    "Divide by the standard deviation.",
    {"sqrt(variance(x, axis=0))": "(largest(x, axis=0) - smallest(x, axis=0))"},
)
standardize.mistake(
    "guard_too_large",
    "The guard against σ = 0 changes the values of other features.",
    "Where σ = 0 divide by 1. What you add to every σ must be 1e-7 or smaller; under the root, 1e-14 or smaller.",
    *({"where(sigma == 0, 1, sigma)": f"(sigma + {eps})"} for eps in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)),
    *({"where(sigma == 0, 1, sigma)": f"maximum(sigma, {eps})"} for eps in (1e-6, 1e-5, 1e-4, 1e-3)),
    *(
        {"where(sigma == 0, 1, sigma)": f"sqrt(sigma**2 + {eps})"}
        for eps in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
    ),
    {"where(sigma == 0, 1, sigma)": "(sigma + 1)"},
    detail=True,
)
standardize.dialect(
    "guarded_denominator",
    "σ is guarded by a small number.",
    "The slides divide by σ itself. The two differ where σ is about as small as the guard.",
    *({"where(sigma == 0, 1, sigma)": f"(sigma + {eps})"} for eps in GUARDS),
    *({**NAIVE, "where(sigma == 0, 1, sigma)": f"(sigma + {eps})"} for eps in GUARDS),
    *({"where(sigma == 0, 1, sigma)": f"maximum(sigma, {eps})"} for eps in GUARDS),
    *({"where(sigma == 0, 1, sigma)": f"where(sigma < {eps}, 1, sigma)"} for eps in GUARDS),
    *({"where(sigma == 0, 1, sigma)": f"sqrt(sigma**2 + {eps})"} for eps in (1e-14, 1e-15, 1e-16)),
    home="code that adds an ε to every denominator",
)
