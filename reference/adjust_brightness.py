"""Brightness: the same picture in more light or less.

Every pixel of image i moves by the same δᵢ, and what leaves [0, 1] is cut off at its ends: a float image is shown
between 0, black, and 1, white. The cut loses what lay beyond it, so that brightening and darkening again does not give
the picture back.

TensorFlow's adjust_brightness adds a δ as well, and leaves the cut to the caller. torchvision and Pillow multiply by a
factor instead, under the same name: another algorithm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.augmentation import image_battery
from reference.maths import clip
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Brightness",
    topic="Image augmentation",
    order=630,
    lecture=8,
    slide="Data Augmentation",
    paper="Howard 2013, Some Improvements on Deep Convolutional Neural Network Based Image Classification, "
    "arXiv:1312.5402",
    steps={"y": "yᵢ = clip(xᵢ + δᵢ, 0, 1)"},
)
def adjust_brightness(images: Array, delta: Array) -> Values:
    d = delta[:, None, None, None]
    y = clip(images + d, 0, 1)
    return {"y": y}


adjust_brightness.twin(
    "the negative may be darkened, and turned back",
    {"clip(images + d, 0, 1)": "1 - clip(1 - images - d, 0, 1)"},
)


@adjust_brightness.oracle
def hard_tanh(torch: Any, images: Any, delta: Any) -> dict[str, Any]:
    """The sum as a product with ones, the cut by the activation function that has this shape."""
    shift = torch.einsum("n,nhwc->nhwc", delta, torch.ones_like(images))
    return {"y": torch.nn.functional.hardtanh(images + shift, 0.0, 1.0)}


def _shifts(rng: Generator, n: int) -> dict[str, Any]:
    """Brighter and darker in turn, so far that some pixels reach an end and others do not."""
    import numpy as np

    return {"delta": np.resize([1.0, -1.0], n) * rng.uniform(0.2, 0.6, n)}


def _ends(rng: Generator, n: int) -> dict[str, Any]:
    import numpy as np

    return {"delta": np.array([0.0, 1.0, -1.0])}


adjust_brightness.cases(*image_battery(_shifts, extremes=_ends))

adjust_brightness.mistake(
    "not_clipped",
    "Pixels leave [0, 1]: the result is not clipped.",
    "Cut the sum off at 0 and at 1: np.clip(y, 0, 1), torch.clamp(y, 0, 1).",
    {"clip(": "(", ", 0, 1)": ")"},
    detail=True,
)
adjust_brightness.mistake(
    "clipped_at_one_end",
    "The result is clipped at one end only.",
    "Both ends: darker images need the 0, brighter ones the 1. These images are floats up to 1, not up to 255.",
    {"clip(": "maximum(", ", 0, 1)": ", 0)"},
    {"clip(": "minimum(", ", 0, 1)": ", 1)"},
    detail=True,
)
adjust_brightness.mistake(
    "sign_flipped",
    "δ is subtracted: brighter becomes darker.",
    "Add it: a positive δ makes an image brighter.",
    {"images + d": "images - d"},
)
adjust_brightness.mistake(
    "shifted_by_the_first",
    "All images move by delta[0].",
    "Each image has its own: image i moves by delta[i].",
    {"delta[:, None, None, None]": "delta[0]"},
)
adjust_brightness.mistake(
    "multiplied",
    "The pixels are multiplied, not moved.",
    "Brightness here is a sum, x + δ. torchvision and Pillow multiply by a factor: another algorithm of the same name.",
    {"images + d": "images * (1 + d)"},
    {"images + d": "images * d"},
)
adjust_brightness.mistake(
    "wrapped_around",
    "Pixels that leave [0, 1] come back in at the other end, as bytes do when they overflow.",
    "Cut the sum off at the ends instead: np.clip(y, 0, 1), torch.clamp(y, 0, 1).",
    {"clip(images + d, 0, 1)": "images + d - where(images + d > 1, 1, 0) + where(images + d < 0, 1, 0)"},
)
adjust_brightness.mistake(
    "stretched",
    "The result is stretched to [0, 1] instead of being cut off at its ends.",
    "Subtracting the minimum and dividing by the range undoes the very shift. Clip instead: np.clip(y, 0, 1).",
    {
        "clip(images + d, 0, 1)": "(images + d - smallest(images + d, axis=(1, 2, 3), keepdims=True)) / "
        "(largest(images + d, axis=(1, 2, 3), keepdims=True) - smallest(images + d, axis=(1, 2, 3), keepdims=True))"
    },
    {"clip(images + d, 0, 1)": "(images + d - smallest(images + d)) / (largest(images + d) - smallest(images + d))"},
)
adjust_brightness.mistake(
    "bytes_mixed_in",
    "δ is divided by 255.",
    "Images and δ are floats on the same scale, from 0 to 1: add δ as it is.",
    {"images + d": "images + d / 255"},
)
adjust_brightness.mistake(
    "mean_shift",
    "All images move by the mean of delta.",
    "Each image has its own: image i moves by delta[i].",
    {"delta[:, None, None, None]": "mean(delta)"},
)
