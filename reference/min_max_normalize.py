"""Min-max normalization: every feature is moved and stretched to [0, 1].

The smallest value of each column becomes 0, the largest 1, and what lies between keeps its place. Features measured
in different units become comparable, and the gradient no longer mostly follows the one with the largest numbers.
A single outlier decides the scale of its whole feature; standardization is less easily moved.

A constant feature has max = min, and its formula is 0/0. It tells nothing, so it becomes 0. Libraries agree on that,
not on how: scikit-learn divides by 1 where the range is 0, as here; much code adds a small ε to every range, which
changes the other features a little as well. At prediction time min and max of the training set are used, never the
test set's own.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.normalization import GUARDS, feature_battery
from reference.maths import largest, smallest, where
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Min-max normalization",
    topic="Data normalization",
    order=300,
    lecture=8,
    slide="Data Normalization",
    paper="Jain, Nandakumar & Ross 2005, Score normalization in multimodal biometric systems",
    steps={
        "min": "min = the smallest value of each column",
        "max": "max = the largest value of each column",
        "y": "y = (x − min) / (max − min), and 0 where max = min",
    },
)
def min_max_normalize(x: Array) -> Values:
    low = smallest(x, axis=0)
    high = largest(x, axis=0)
    span = where(high == low, 1, high - low)
    y = (x - low) / span
    return {"min": low, "max": high, "y": y}


min_max_normalize.twin(
    "the fraction may be split, x·s − min·s with s = 1/(max − min)",
    {"(x - low) / span": "x / span - low / span"},
)
min_max_normalize.twin(
    "what is missing to the largest value may be subtracted from 1",
    {"(x - low) / span": "where(high == low, 0, 1 - (high - x) / span)"},
)


@min_max_normalize.oracle
def sorted_ends(torch: Any, x: Any) -> dict[str, Any]:
    """The ends from sorting, the place between them by interpolation's inverse; 0/0 is replaced afterwards."""
    ordered = x.sort(dim=0).values
    low, high = ordered[:1], ordered[-1:]
    return {"min": low[0], "max": high[0], "y": torch.sub(x, low).div(high.sub(low)).nan_to_num(nan=0.0)}


min_max_normalize.cases(*feature_battery())

min_max_normalize.mistake(
    "whole_array",
    "The minimum, the maximum or both are over the whole table, not over each feature.",
    "Every column has its own: take both along axis 0.",
    {"smallest(x, axis=0)": "smallest(x)", "largest(x, axis=0)": "largest(x)"},
    {"smallest(x, axis=0)": "smallest(x)"},
    {"largest(x, axis=0)": "largest(x)"},
)
min_max_normalize.mistake(
    "wrong_axis",
    "The minimum and maximum are over each example, not over each feature.",
    "Rows are examples, columns features: take both along axis 0.",
    {
        "smallest(x, axis=0)": "smallest(x, axis=1, keepdims=True)",
        "largest(x, axis=0)": "largest(x, axis=1, keepdims=True)",
    },
    {"smallest(x, axis=0)": "smallest(x, axis=1, keepdims=True)"},
    {"largest(x, axis=0)": "largest(x, axis=1, keepdims=True)"},
)
min_max_normalize.mistake(
    "not_centered",
    "The minimum is not subtracted.",
    "Subtract it before you divide, (x − min) / (max − min): the smallest value becomes 0.",
    {"(x - low)": "x"},
    {"(x - low)": "where(high == low, 0, x)"},
)
min_max_normalize.mistake(
    "constant_feature_nan",
    "A constant feature becomes NaN: its range is 0.",
    "Where max = min divide by 1 instead, so that the feature becomes 0.",
    {"where(high == low, 1, high - low)": "(high - low)"},
    detail=True,
)
min_max_normalize.mistake(
    "constant_feature_kept",
    "A constant feature keeps its value, or becomes 1 or ½.",
    "A constant feature tells nothing: it becomes 0.",
    {"(x - low)": "where(high == low, x, x - low)"},
    {"(x - low)": "where(high == low, 1, x - low)"},
    {"(x - low)": "where(high == low, 0.5, x - low)"},
    detail=True,
)
min_max_normalize.mistake(
    "parentheses_missing",
    "Only the minimum is divided by the range, not x − min.",
    "Put both differences in parentheses: (x − min) / (max − min).",
    {"(x - low)": "x - low"},
)
min_max_normalize.mistake(
    "divided_by_max",
    "You divide by the maximum, not by the range.",
    "Divide by max − min: then the largest value becomes 1 wherever the smallest lies.",
    {"where(high == low, 1, high - low)": "where(high == 0, 1, high)"},
    {"(x - low)": "x", "where(high == low, 1, high - low)": "where(high == 0, 1, high)"},
    {"(x - low)": "x", "where(high == low, 1, high - low)": "where((high == 0) & (low == 0), 1, maximum(high, -low))"},
)
min_max_normalize.mistake(
    "other_range",
    "The features are stretched to [−1, 1].",
    "The slides' range is [0, 1]: (x − min) / (max − min), nothing more.",
    {"(x - low) / span": "2 * (x - low) / span - 1"},
    {"(x - low) / span": "(2 * x - low - high) / span"},
)
min_max_normalize.mistake(
    "upside_down",
    "The largest value becomes 0 and the smallest 1.",
    "Subtract the minimum from x, not x from the maximum.",
    {"(x - low)": "(high - x)"},
    {"(x - low)": "(low - x)"},
)
min_max_normalize.mistake(
    "mean_subtracted",
    "The mean is subtracted, not the minimum.",
    "That is mean normalization. Here the smallest value becomes 0: subtract the minimum.",
    {"(x - low)": "(x - mean(x, axis=0))"},
)
min_max_normalize.mistake(
    "standardized",
    "You divide by the standard deviation: this is standardization.",
    "Divide by the range, max − min.",
    {"1, high - low)": "1, sqrt(variance(x, axis=0)))", "(x - low)": "(x - mean(x, axis=0))"},
    {"1, high - low)": "1, sqrt(variance(x, axis=0)))"},
)
min_max_normalize.mistake(
    "guard_too_large",
    "The guard against a range of 0 changes the values of other features.",
    "Where max = min divide by 1. If you add a number to every range instead, it must be 1e-7 or smaller.",
    *({"where(high == low, 1, high - low)": f"(high - low + {eps})"} for eps in (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)),
    *({"where(high == low, 1, high - low)": f"maximum(high - low, {eps})"} for eps in (1e-6, 1e-5, 1e-4, 1e-3)),
    {"where(high == low, 1, high - low)": "(high - low + 1)"},
    detail=True,
)
min_max_normalize.dialect(
    "guarded_denominator",
    "The range is guarded by a small number.",
    "The slides divide by max − min itself. The two differ where the range is about as small as the guard.",
    *({"where(high == low, 1, high - low)": f"(high - low + {eps})"} for eps in GUARDS),
    *({"where(high == low, 1, high - low)": f"maximum(high - low, {eps})"} for eps in GUARDS),
    *({"where(high == low, 1, high - low)": f"where(high - low < {eps}, 1, high - low)"} for eps in GUARDS),
    home="code that adds an ε to every denominator",
)
