"""Global contrast normalization over the dataset: one mean and one standard deviation for all images.

All pixels of all images and channels together get the mean 0 and the standard deviation 1. It moves and scales every
image alike: a dark image stays darker than the others, and a flat one flatter. What it does is to bring the numbers
into the range in which the weights of a network are drawn.

Here the names are mixed up in the literature. The slides call this GCN, "over all images", and give each image its own
statistics under the name LCN. Goodfellow, Bengio & Courville call the statistics of each image global (over the image)
and those of a neighbourhood of each pixel local. Much code for CIFAR-10 has a mean and a deviation for each channel.

ε stands between σ and 0: max(σ, ε). Pylearn2 divides by 1 where σ is below ε, Coates, Lee & Ng add ε to the variance.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.normalization import image_battery
from reference.maths import maximum, mean, sqrt, variance
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Contrast normalization over the dataset",
    topic="Data normalization",
    order=320,
    lecture=8,
    slide="GCN: over all images",
    paper="Goodfellow, Bengio & Courville 2016, Deep Learning, section 12.2.1.1",
    steps={
        "mean": "μ = mean of all pixels of all images",
        "std": "σ = √(mean of (x − μ)² of all pixels of all images)",
        "y": "y = (x − μ) / max(σ, ε)",
    },
)
def contrast_normalize_dataset(images: Array, *, eps: float = 1e-8) -> Values:
    mu = mean(images)
    sigma = sqrt(variance(images))
    y = (images - mu) / maximum(sigma, eps)
    return {"mean": mu, "std": sigma, "y": y}


NAIVE = {"variance(images)": "mean(images**2) - mu**2"}

contrast_normalize_dataset.rounds(
    "the fraction may be split, x·s − μ·s with s = 1/max(σ, ε)",
    {"(images - mu)": "2 * images"},
)
contrast_normalize_dataset.loses_digits("cancellation", "σ² computed as E[x²] − μ²", NAIVE)


@contrast_normalize_dataset.oracle
def flattened(torch: Any, images: Any, *, eps: float) -> dict[str, Any]:
    """The norm of one long centred vector, by its length's root."""
    mu = images.flatten().mean()
    sigma = torch.linalg.vector_norm(images - mu) / images.numel() ** 0.5
    return {"mean": mu, "std": sigma, "y": (images - mu) * sigma.clamp(min=eps).reciprocal()}


contrast_normalize_dataset.cases(*image_battery(plain=2**-10, large=0.1))

contrast_normalize_dataset.mistake(
    "wrong_axis",
    "The statistics are not over all pixels of all images at once.",
    "One μ and one σ for everything: give the mean and the standard deviation no axis.",
    *(
        ways
        for axes in ("(1, 2, 3)", "(0, 1, 2)", "(1, 2)", "0", "3")
        for ways in (
            {
                "mean(images)": f"mean(images, axis={axes}, keepdims=True)",
                "variance(images)": f"variance(images, axis={axes}, keepdims=True)",
            },
            {"variance(images)": f"variance(images, axis={axes}, keepdims=True)"},
            {"mean(images)": f"mean(images, axis={axes}, keepdims=True)"},
        )
    ),
)
contrast_normalize_dataset.mistake(
    "ddof_1",
    "The variance is divided by one less than the number of values.",
    "Divide the sum of squares by the number of values, N·H·W·C: numpy's std does, torch's needs correction=0.",
    {"variance(images)": "variance(images) * len(images.reshape(-1)) / (len(images.reshape(-1)) - 1)"},
    detail=True,
)
contrast_normalize_dataset.mistake(
    "not_centered",
    "The mean is not subtracted.",
    "Subtract it before you divide: (x − μ) / max(σ, ε).",
    {"(images - mu)": "images"},
)
contrast_normalize_dataset.mistake(
    "variance_not_std",
    "You divide by the variance, not by its root.",
    "σ is the square root of the variance.",
    {"sqrt(variance(images))": "variance(images)"},
    {"sqrt(variance(images))": "variance(images)", "maximum(sigma, eps)": "maximum(sigma, eps**2)"},
)
contrast_normalize_dataset.mistake(
    "not_scaled",
    "You only subtract the mean.",
    "Divide by max(σ, ε) as well.",
    {" / maximum(sigma, eps)": ""},
)
contrast_normalize_dataset.mistake(
    "minimum_not_maximum",
    "You divide by the smaller of σ and ε.",
    "ε is a floor: divide by the larger of the two, max(σ, ε).",
    {"maximum(sigma, eps)": "minimum(sigma, eps)"},
    detail=True,
)
contrast_normalize_dataset.mistake(
    "eps_missing",
    "ε is not used: images without contrast are divided by 0, or by far too little.",
    "Divide by max(σ, ε).",
    {"maximum(sigma, eps)": "sigma"},
    {"maximum(sigma, eps)": "where(sigma == 0, 1, sigma)"},
    detail=True,
)
contrast_normalize_dataset.mistake(
    "sum_not_mean",
    "The sum of the squared distances is not divided by their number.",
    "σ is the root of their mean, not of their sum: numpy's linalg.norm leaves the division out.",
    {"variance(images)": "variance(images) * len(images.reshape(-1))"},
)
contrast_normalize_dataset.mistake(
    "root_mean_square",
    "You divide by the root mean square of the images themselves.",
    "The variance is the mean of (x − μ)², not of x².",
    {"variance(images)": "mean(images**2)"},
)
contrast_normalize_dataset.mistake(
    "mean_absolute_deviation",
    "You divide by the mean absolute distance from μ.",
    "σ is the root of the mean squared distance.",
    {"sqrt(variance(images))": "mean(absolute(images - mu))"},
)
contrast_normalize_dataset.mistake(
    "eps_on_variance",
    "ε is the floor of the variance, not of σ.",
    "Take the root first: max(σ, ε).",
    {"maximum(sigma, eps)": "sqrt(maximum(sigma**2, eps))"},
    detail=True,
)
contrast_normalize_dataset.mistake(
    "eps_zeroes",
    "Where σ is below ε everything becomes 0.",
    "Divide by ε there: max(σ, ε) keeps what little contrast there is.",
    {"(images - mu)": "where(sigma < eps, 0, images - mu)"},
    detail=True,
)
contrast_normalize_dataset.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Use the argument: max(σ, eps).",
    *({"maximum(sigma, eps)": f"maximum(sigma, {own})"} for own in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
    *({"maximum(sigma, eps)": f"(sigma + {own})"} for own in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
    detail=True,
)
contrast_normalize_dataset.dialect(
    "eps_added",
    "ε is added to σ.",
    "The slides' ε is a floor, max(σ, ε): it changes nothing where σ is larger.",
    {"maximum(sigma, eps)": "(sigma + eps)"},
    {**NAIVE, "maximum(sigma, eps)": "(sigma + eps)"},
    home="code that adds an ε to every denominator",
)
contrast_normalize_dataset.dialect(
    "eps_inside_root",
    "ε is added to the variance, under the root.",
    "The slides' ε is a floor, max(σ, ε): it changes nothing where σ is larger.",
    {"maximum(sigma, eps)": "sqrt(sigma**2 + eps)"},
    {**NAIVE, "maximum(sigma, eps)": "sqrt(sigma**2 + eps)"},
    {"maximum(sigma, eps)": "sqrt(sigma**2 + eps**2)"},
    home="Coates, Lee & Ng 2011; batch normalization",
)
contrast_normalize_dataset.dialect(
    "eps_as_threshold",
    "Where σ is below ε you divide by 1.",
    "The slides divide by ε there: max(σ, ε).",
    {"maximum(sigma, eps)": "where(sigma < eps, 1, sigma)"},
    home="Pylearn2's global_contrast_normalize",
)
