"""Contrast: each pixel's distance from the image's mean, made larger or smaller.

A factor of 0 leaves plain grey, 1 the picture as it is, more than 1 makes light pixels lighter and dark ones darker;
what leaves [0, 1] is cut off at its ends. A negative factor makes light pixels dark and dark ones light, as a
photographic negative does.

Sources differ in the mean they keep. Here it is one number for the whole image, over all pixels and channels.
TensorFlow's adjust_contrast has one for each channel (and no cut); torchvision and Pillow take that of the image turned
grey, 0.299 R + 0.587 G + 0.114 B, so that green weighs most. With one channel all are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.augmentation import image_battery
from reference.cases import Call, Case
from reference.maths import clip, mean
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Contrast",
    topic="Image augmentation",
    order=640,
    lecture=8,
    slide="Data Augmentation",
    paper="Howard 2013, Some Improvements on Deep Convolutional Neural Network Based Image Classification, "
    "arXiv:1312.5402",
    steps={
        "mean": "μᵢ = mean of all pixels and channels of xᵢ",
        "y": "yᵢ = clip(μᵢ + fᵢ (xᵢ − μᵢ), 0, 1)",
    },
)
def adjust_contrast(images: Array, factor: Array) -> Values:
    f = factor[:, None, None, None]
    mu = mean(images, axis=(1, 2, 3), keepdims=True)
    y = clip(mu + f * (images - mu), 0, 1)
    return {"mean": mu, "y": y}


adjust_contrast.twin(
    "the picture may be blended with plain grey",
    {"mu + f * (images - mu)": "mu * (1 - f) + f * images"},
)


@adjust_contrast.oracle
def blended(torch: Any, images: Any, factor: Any) -> dict[str, Any]:
    """From the mean towards the image and beyond it by torch.lerp; the mean as a product with 1/n."""
    flat = images.flatten(1)
    mu = (flat @ torch.full_like(flat[0], 1 / flat.shape[1]))[:, None]
    y = torch.lerp(mu.expand_as(flat), flat, factor[:, None]).clamp(0, 1)
    return {"mean": mu.reshape(-1, 1, 1, 1), "y": y.reshape(images.shape)}


def _factors(rng: Generator, n: int) -> dict[str, Any]:
    """More and less in turn, more so far that some pixels reach an end and others do not."""
    import numpy as np

    return {"factor": np.resize([1.0, 0.2], n) * rng.uniform(1.5, 3.5, n)}


def _ends(rng: Generator, n: int) -> dict[str, Any]:
    import numpy as np

    return {"factor": np.array([0.0, -0.75, 16.0])}


def faint(rng: Generator) -> Case:
    import numpy as np

    args = {"images": 0.5 + rng.uniform(-0.02, 0.02, (2, 3, 4, 1)), "factor": np.array([24.0, 12.0])}
    return Case("faint", "images without much contrast get a factor of 12 and more", {}, calls=(Call(args),))


adjust_contrast.cases(*image_battery(_factors, extremes=_ends), faint)

adjust_contrast.mistake(
    "not_clipped",
    "Pixels leave [0, 1]: the result is not clipped.",
    "Cut the result off at 0 and at 1: np.clip(y, 0, 1), torch.clamp(y, 0, 1).",
    {"clip(": "(", ", 0, 1)": ")"},
    detail=True,
)
adjust_contrast.mistake(
    "dataset_mean",
    "The mean is taken over all images instead of over each.",
    "Each image has its own mean: np.mean(images, axis=(1, 2, 3), keepdims=True).",
    {"mean(images, axis=(1, 2, 3), keepdims=True)": "mean(images)"},
    {"axis=(1, 2, 3)": "axis=(0, 1, 2)"},
    {"axis=(1, 2, 3)": "axis=0"},
)
adjust_contrast.mistake(
    "mean_of_parts",
    "The mean is taken over a part of the image, a row, a column or a pixel, instead of over all of it.",
    "One mean an image, over its rows, columns and channels: np.mean(images, axis=(1, 2, 3), keepdims=True).",
    {"axis=(1, 2, 3)": "axis=3"},
    {"axis=(1, 2, 3)": "axis=(2, 3)"},
    {"axis=(1, 2, 3)": "axis=(1, 3)"},
    {"axis=(1, 2, 3)": "axis=1"},
    {"axis=(1, 2, 3)": "axis=2"},
)
adjust_contrast.mistake(
    "fixed_grey",
    "The distance is taken from a fixed grey, not from the image's mean.",
    "Each image has its own mean; ½ is the mean of no image in particular.",
    {"mean(images, axis=(1, 2, 3), keepdims=True)": "0.5 + 0 * images[:, :1, :1, :1]"},
)
adjust_contrast.mistake(
    "mean_not_added",
    "The mean is subtracted and not added again: the image comes out dark.",
    "Only the distance from the mean is multiplied: μ + f·(x − μ).",
    {"mu + f * (images - mu)": "f * (images - mu)"},
)
adjust_contrast.mistake(
    "multiplied",
    "The pixels themselves are multiplied, not their distance from the mean.",
    "f·x changes the brightness. Subtract the mean, multiply, add the mean again: μ + f·(x − μ).",
    {"mu + f * (images - mu)": "f * images"},
    {"mu + f * (images - mu)": "mu + f * images"},
)
adjust_contrast.mistake(
    "clipped_at_one_end",
    "The result is clipped at one end only.",
    "Both ends: dark pixels reach the 0, light ones the 1. These images are floats up to 1, not up to 255.",
    {"clip(": "maximum(", ", 0, 1)": ", 0)"},
    {"clip(": "minimum(", ", 0, 1)": ", 1)"},
    detail=True,
)
adjust_contrast.mistake(
    "clipped_too_early",
    "The distance from the mean is clipped, not the result.",
    "Half of the distances are negative. Add the mean first, and clip last.",
    {"clip(mu + f * (images - mu), 0, 1)": "mu + clip(f * (images - mu), 0, 1)"},
    {"clip(mu + f * (images - mu), 0, 1)": "clip(mu + clip(f * (images - mu), 0, 1), 0, 1)"},
)
adjust_contrast.mistake(
    "factor_of_the_first",
    "All images get factor[0].",
    "Each image has its own: image i gets factor[i].",
    {"factor[:, None, None, None]": "factor[0]"},
)
adjust_contrast.mistake(
    "factor_from_zero",
    "The factor is taken as what is added: 0 leaves the image as it is.",
    "f multiplies the distance itself: 1 leaves the image as it is, and 0 leaves plain grey.",
    {"f * (images - mu)": "(1 + f) * (images - mu)"},
)
adjust_contrast.mistake(
    "blend_swapped",
    "The image and its mean change places: a large factor makes the image grey.",
    "f weighs the image, 1 − f the mean: μ (1 − f) + x f.",
    {"mu + f * (images - mu)": "images + f * (mu - images)"},
)
adjust_contrast.mistake(
    "middle_for_mean",
    "The distance is taken from the middle between the darkest and the lightest pixel.",
    "Take it from the mean of all pixels: np.mean(images, axis=(1, 2, 3), keepdims=True).",
    {
        "mean(images, axis=(1, 2, 3), keepdims=True)": "(smallest(images, axis=(1, 2, 3), keepdims=True)"
        " + largest(images, axis=(1, 2, 3), keepdims=True)) / 2"
    },
)
adjust_contrast.dialect(
    "mean_per_channel",
    "Each channel has a mean of its own.",
    "The slides keep one mean for the whole image, over rows, columns and channels: axis=(1, 2, 3). The two differ "
    "where the channels do.",
    {"axis=(1, 2, 3)": "axis=(1, 2)"},
    home="TensorFlow's tf.image.adjust_contrast",
)
adjust_contrast.dialect(
    "grey_mean",
    "The mean is that of the image turned grey, in which green weighs most.",
    "The slides take the plain mean over all channels alike. The two differ where the channels do.",
    {
        "mean(images, axis=(1, 2, 3), keepdims=True)": "mean(images[..., :1] if images.shape[3] == 1 else "
        "0.299 * images[..., :1] + 0.587 * images[..., 1:2] + 0.114 * images[..., 2:], axis=(1, 2, 3), keepdims=True)"
    },
    home="torchvision, Pillow",
)
