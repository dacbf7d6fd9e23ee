"""Contrast normalization of each image: every image gets the mean 0 and the standard deviation 1 of its own.

Photographs of the same thing differ in exposure and haze. Subtracting an image's own mean removes its brightness,
dividing by its own standard deviation its contrast; what is left is the pattern. All channels count together, so that
the colours of an image keep their relation.

Here the names are mixed up in the literature. The slides call this LCN, "each image", since it is local to the image;
Goodfellow, Bengio & Courville, and most papers, call it global contrast normalization, as it is the same all over the
image. TensorFlow has it as ``per_image_standardization``, with 1/√(number of pixels) in place of ε.

An image that is nearly constant would have its noise blown up to full contrast. That is what ε is for: max(σ, ε).
Pylearn2 divides by 1 where σ is below ε, Coates, Lee & Ng add ε to the variance.
"""

from __future__ import annotations

from typing import Any

from reference.batteries.normalization import image_battery
from reference.maths import maximum, mean, sqrt, variance
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Contrast normalization of each image",
    topic="Data normalization",
    order=330,
    lecture=8,
    slide="LCN: each image",
    paper="Goodfellow, Bengio & Courville 2016, Deep Learning, section 12.2.1.1",
    steps={
        "mean": "μ = mean of all pixels of an image",
        "std": "σ = √(mean of (x − μ)² of all pixels of an image)",
        "y": "y = (x − μ) / max(σ, ε)",
    },
)
def contrast_normalize_image(images: Array, *, eps: float = 1e-8) -> Values:
    mu = mean(images, axis=(1, 2, 3), keepdims=True)
    sigma = sqrt(variance(images, axis=(1, 2, 3), keepdims=True))
    y = (images - mu) / maximum(sigma, eps)
    return {"mean": mu, "std": sigma, "y": y}


NAIVE = {"variance(images, axis=(1, 2, 3), keepdims=True)": "mean(images**2, axis=(1, 2, 3), keepdims=True) - mu**2"}

contrast_normalize_image.rounds(
    "the fraction may be split, x·s − μ·s with s = 1/max(σ, ε)",
    {"(images - mu)": "2 * images"},
)
contrast_normalize_image.loses_digits("cancellation", "σ² computed as E[x²] − μ²", NAIVE)


@contrast_normalize_image.oracle
def flattened(torch: Any, images: Any, *, eps: float) -> dict[str, Any]:
    """The norm of each image as one centred vector, by its length's root."""
    rows = images.flatten(start_dim=1)
    mu = rows.mean(dim=1, keepdim=True)
    sigma = torch.linalg.vector_norm(rows - mu, dim=1, keepdim=True) / rows.shape[1] ** 0.5
    y = ((rows - mu) * sigma.clamp(min=eps).reciprocal()).reshape(images.shape)
    return {"mean": mu[..., None, None], "std": sigma[..., None, None], "y": y}


contrast_normalize_image.cases(*image_battery(plain=2**-10, large=0.1))

contrast_normalize_image.mistake(
    "whole_array",
    "The statistics are over all images, not over each.",
    "Every image has its own mean and standard deviation: take both along the axes 1, 2 and 3.",
    {
        "mean(images, axis=(1, 2, 3), keepdims=True)": "mean(images)",
        "variance(images, axis=(1, 2, 3), keepdims=True)": "variance(images)",
    },
    {"variance(images, axis=(1, 2, 3), keepdims=True)": "variance(images)"},
    {"mean(images, axis=(1, 2, 3), keepdims=True)": "mean(images)"},
    {  # torch's own std or var
        "mean(images, axis=(1, 2, 3), keepdims=True)": "mean(images)",
        "variance(images, axis=(1, 2, 3), keepdims=True)": "variance(images) * N / (N - 1)".replace(
            "N", "len(images.reshape(-1))"
        ),
    },
)
contrast_normalize_image.mistake(
    "wrong_axis",
    "The statistics are over other axes than those of an image.",
    "An image has height, width and channels: take the mean and the standard deviation along the axes 1, 2 and 3.",
    *(
        ways
        for axes in ("(1, 2)", "(0, 1, 2)", "0", "3", "(2, 3)", "(0, 3)", "1", "2")
        for ways in (
            {
                "mean(images, axis=(1, 2, 3)": f"mean(images, axis={axes}",
                "variance(images, axis=(1, 2, 3)": f"variance(images, axis={axes}",
            },
            {"variance(images, axis=(1, 2, 3)": f"variance(images, axis={axes}"},
            {"mean(images, axis=(1, 2, 3)": f"mean(images, axis={axes}"},
        )
    ),
)
contrast_normalize_image.mistake(
    "ddof_1",
    "The variance is divided by one less than the number of values.",
    "Divide the sum of squares by the number of values, H·W·C: numpy's std does, torch's needs correction=0.",
    {"sqrt(variance(": "sqrt(len(images[0].reshape(-1)) / (len(images[0].reshape(-1)) - 1) * variance("},
    detail=True,
)
contrast_normalize_image.mistake(
    "not_centered",
    "The mean is not subtracted.",
    "Subtract it before you divide: (x − μ) / max(σ, ε).",
    {"(images - mu)": "images"},
)
contrast_normalize_image.mistake(
    "variance_not_std",
    "You divide by the variance, not by its root.",
    "σ is the square root of the variance.",
    {"sqrt(variance(": "(variance("},
    {"sqrt(variance(": "(variance(", "maximum(sigma, eps)": "maximum(sigma, eps**2)"},
)
contrast_normalize_image.mistake(
    "not_scaled",
    "You only subtract the mean.",
    "Divide by max(σ, ε) as well.",
    {" / maximum(sigma, eps)": ""},
)
contrast_normalize_image.mistake(
    "minimum_not_maximum",
    "You divide by the smaller of σ and ε.",
    "ε is a floor: divide by the larger of the two, max(σ, ε).",
    {"maximum(sigma, eps)": "minimum(sigma, eps)"},
    detail=True,
)
contrast_normalize_image.mistake(
    "eps_missing",
    "ε is not used: images without contrast are divided by 0, or by far too little.",
    "Divide by max(σ, ε).",
    {"maximum(sigma, eps)": "sigma"},
    {"maximum(sigma, eps)": "where(sigma == 0, 1, sigma)"},
    detail=True,
)
contrast_normalize_image.mistake(
    "sum_not_mean",
    "The sum of the squared distances is not divided by their number.",
    "σ is the root of their mean, not of their sum: numpy's linalg.norm leaves the division out.",
    {"sqrt(variance(": "sqrt(len(images[0].reshape(-1)) * variance("},
)
contrast_normalize_image.mistake(
    "root_mean_square",
    "You divide by the root mean square of the images themselves.",
    "The variance is the mean of (x − μ)², not of x².",
    {"variance(images, axis=(1, 2, 3), keepdims=True)": "mean(images**2, axis=(1, 2, 3), keepdims=True)"},
)
contrast_normalize_image.mistake(
    "mean_absolute_deviation",
    "You divide by the mean absolute distance from μ.",
    "σ is the root of the mean squared distance.",
    {"sqrt(variance(images": "(mean(absolute(images - mu)"},
)
contrast_normalize_image.mistake(
    "eps_on_variance",
    "ε is the floor of the variance, not of σ.",
    "Take the root first: max(σ, ε).",
    {"maximum(sigma, eps)": "sqrt(maximum(sigma**2, eps))"},
    detail=True,
)
contrast_normalize_image.mistake(
    "eps_zeroes",
    "Where σ is below ε everything becomes 0.",
    "Divide by ε there: max(σ, ε) keeps what little contrast there is.",
    {"(images - mu)": "where(sigma < eps, 0, images - mu)"},
    detail=True,
)
contrast_normalize_image.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Use the argument: max(σ, eps).",
    *({"maximum(sigma, eps)": f"maximum(sigma, {own})"} for own in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
    *({"maximum(sigma, eps)": f"(sigma + {own})"} for own in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)),
    {"maximum(sigma, eps)": "maximum(sigma, 1 / sqrt(len(images[0].reshape(-1)) + 0 * mu))"},  # TensorFlow's
    detail=True,
)
contrast_normalize_image.dialect(
    "eps_added",
    "ε is added to σ.",
    "The slides' ε is a floor, max(σ, ε): it changes nothing where σ is larger.",
    {"maximum(sigma, eps)": "(sigma + eps)"},
    {**NAIVE, "maximum(sigma, eps)": "(sigma + eps)"},
    home="code that adds an ε to every denominator",
)
contrast_normalize_image.dialect(
    "eps_inside_root",
    "ε is added to the variance, under the root.",
    "The slides' ε is a floor, max(σ, ε): it changes nothing where σ is larger.",
    {"maximum(sigma, eps)": "sqrt(sigma**2 + eps)"},
    {**NAIVE, "maximum(sigma, eps)": "sqrt(sigma**2 + eps)"},
    {"maximum(sigma, eps)": "sqrt(sigma**2 + eps**2)"},
    home="Coates, Lee & Ng 2011; batch normalization",
)
contrast_normalize_image.dialect(
    "eps_as_threshold",
    "Where σ is below ε you divide by 1.",
    "The slides divide by ε there: max(σ, ε).",
    {"maximum(sigma, eps)": "where(sigma < eps, 1, sigma)"},
    home="Pylearn2's global_contrast_normalize",
)
