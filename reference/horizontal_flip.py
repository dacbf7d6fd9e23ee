"""The horizontal flip: an image and its mirror image show the same thing.

Left and right change places, so it is the columns that run backwards: axis 2 of images in (N, H, W, C), the last axis
of PyTorch's (N, C, H, W). It doubles the data wherever left and right mean the same; not for digits, letters or road
signs. In training each image is flipped with probability ½. Here the draw is an argument, so that the result is
determined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reference.batteries.augmentation import call, image_battery
from reference.cases import Case
from reference.maths import arange, where
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Horizontal flip",
    topic="Image augmentation",
    order=600,
    lecture=8,
    slide="Data Augmentation",
    paper="Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep Convolutional Neural Networks",
    steps={"y": "yᵢ[h, w] = xᵢ[h, W − 1 − w] where flipᵢ, else xᵢ[h, w]"},
)
def horizontal_flip(images: Array, flip: Array) -> Values:
    mirrored = images[:, :, ::-1]
    y = where(flip[:, None, None, None], mirrored, images)
    return {"y": y}


def _onto_one_half(images: Array, chosen: Callable[[Any, Any], Any]) -> Array:
    """Both halves made of the columns of the right one (``chosen`` is maximum), or the left one (minimum)."""
    columns = arange(images.shape[2])
    return images[:, :, chosen(columns, columns[::-1])]


@horizontal_flip.oracle
def one_by_one(torch: Any, images: Any, flip: Any) -> dict[str, Any]:
    """Each image by torch.flip, or as it is."""
    return {"y": torch.stack([torch.flip(x, [1]) if mirror else x for x, mirror in zip(images, flip, strict=True)])}


def _flags(rng: Generator, n: int) -> dict[str, Any]:
    """The second image is flipped and the first is not; the others by chance."""
    flip = rng.uniform(size=n) < 0.5
    flip[:2] = False, True
    return {"flip": flip}


def only_the_first(rng: Generator) -> Case:
    import numpy as np

    def first(rng: Generator, n: int) -> dict[str, Any]:
        return {"flip": np.arange(n) == 0}

    return Case("only-the-first", "of three images the first is flipped", {}, calls=(call(rng, first, (3, 3, 2, 1)),))


horizontal_flip.cases(*image_battery(_flags), only_the_first)

horizontal_flip.mistake(
    "flips_vertically",
    "Top and bottom change places, not left and right.",
    "The columns run backwards, not the rows: in (N, H, W, C) that is axis 2, images[:, :, ::-1]; in one image "
    "(H, W, C) it is axis 1.",
    {"images[:, :, ::-1]": "images[:, ::-1]"},
)
horizontal_flip.mistake(
    "flips_all",
    "Every image is flipped, whatever flip says.",
    "Flip only the images whose flip[i] is true.",
    {"where(flip[:, None, None, None], mirrored, images)": "mirrored"},
    {"flip[:, None, None, None]": "flip.any()"},
)
horizontal_flip.mistake(
    "flips_none",
    "No image is flipped.",
    "Indexing with booleans makes a copy: write the flipped images back, images[flip] = images[flip][:, :, ::-1], and "
    "return the result.",
    {"where(flip[:, None, None, None], mirrored, images)": "images"},
)
horizontal_flip.mistake(
    "flips_the_others",
    "The images are flipped whose flip is false, and the others are not.",
    "Flip where flip[i] is true.",
    {"mirrored, images)": "images, mirrored)"},
)
horizontal_flip.mistake(
    "flips_by_the_first",
    "All images follow flip[0].",
    "Each image has its own entry: flip[i] decides for images[i].",
    {"flip[:, None, None, None]": "flip[0]"},
)
horizontal_flip.mistake(
    "flips_channels",
    "The channels run backwards, not the columns: red becomes blue.",
    "In (N, H, W, C) the last axis holds the channels; left and right are axis 2. PyTorch's habit, (N, C, H, W), has "
    "the columns last.",
    {"images[:, :, ::-1]": "images[..., ::-1]"},
)
horizontal_flip.mistake(
    "turned_around",
    "The image is turned by 180°: both rows and columns run backwards.",
    "A mirror leaves the rows in their order: flip one axis only, the columns.",
    {"images[:, :, ::-1]": "images[:, ::-1, ::-1]"},
)
horizontal_flip.mistake(
    "images_reversed",
    "The images of the batch change places; none of them is mirrored.",
    "The first axis counts images: flip axis 2, the columns, and leave the order of the batch alone.",
    {"images[:, :, ::-1]": "images[::-1]"},
)
horizontal_flip.mistake(
    "half_mirrored",
    "Half of each image is mirrored onto the other half.",
    "The image is overwritten while it is read: images[i] = images[i][:, ::-1].copy(), or swap both columns at once.",
    {"images[:, :, ::-1]": "_onto_one_half(images, maximum)"},
    {"images[:, :, ::-1]": "_onto_one_half(images, minimum)"},
)
horizontal_flip.mistake(
    "index_off_by_one",
    "The mirrored columns are off by one: the first stays where it is.",
    "Column w comes from W − 1 − w, not from W − w.",
    {"images[:, :, ::-1]": "images[:, :, -arange(images.shape[2])]"},
)
horizontal_flip.mistake(
    "only_flipped_returned",
    "Only the flipped images are returned.",
    "Return all images, the flipped ones in their places.",
    {"y = where(flip[:, None, None, None], mirrored, images)": "y = mirrored[flip]"},
)
