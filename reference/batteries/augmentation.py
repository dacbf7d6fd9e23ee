"""The images that tell right augmentations from wrong ones.

Every image and every channel has a brightness of its own, so that a statistic over too much or too little shows; height
and width differ where the algorithm lets them. Every image has a pixel that is exactly 0 and one that is exactly 1, but
the last of a batch, which reaches neither: its own ends are not those of the range. The simplest case comes first: the
first failing one is the one a student reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from reference.cases import Call, Case, CaseMaker, Dtype

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

Beside: TypeAlias = Callable[["Generator", int], Mapping[str, Any]]
"""Draws what is passed beside ``n`` images: an array has one entry an image, a number is for all of them."""


def image_battery(beside: Beside, *, square: bool = False, extremes: Beside | None = None) -> tuple[CaseMaker, ...]:
    """The cases every augmentation gets; ``extremes`` draws the ends of what may be passed, for three images."""

    def one_channel(rng: Generator) -> Case:
        shape = (4, 3, 3, 1) if square else (4, 2, 3, 1)
        return Case("one-channel", "four small images with one channel", {}, calls=(call(rng, beside, shape),))

    def three_channels(rng: Generator) -> Case:
        why = "eight images with three channels, each of its own brightness"
        shape = (8, 4, 4, 3) if square else (8, 5, 4, 3)
        return Case("three-channels", why, {}, calls=(call(rng, beside, shape),))

    def one_image(rng: Generator) -> Case:
        shape = (3, 2, 2, 3) if square else (3, 2, 4, 3)
        return Case("one-image", "three images, one in each call", {}, calls=_one_by_one(call(rng, beside, shape)))

    def float32(rng: Generator) -> Case:
        shape = (8, 4, 4, 3) if square else (8, 3, 5, 3)
        return Case(
            "float32",
            "eight images with three channels, in float32",
            {},
            dtype="float32",
            calls=(call(rng, beside, shape, "float32"),),
        )

    def ends(rng: Generator) -> Case:
        assert extremes is not None
        shape = (3, 3, 3, 3) if square else (3, 4, 3, 3)
        return Case("extremes", "the ends of what may be passed", {}, calls=(call(rng, extremes, shape),))

    ends.__name__ = "extremes"
    return (one_channel, three_channels, one_image, float32, *([ends] if extremes else []))


def call(rng: Generator, beside: Beside, shape: tuple[int, int, int, int], dtype: Dtype = "float64") -> Call:
    """A call with images of the shape and what is drawn beside them, floats in the dtype."""
    drawn = beside(rng, shape[0])
    floats = {name: each.astype(dtype) for name, each in drawn.items() if getattr(each, "dtype", None) == "float64"}
    return Call({"images": images(rng, shape, dtype), **drawn, **floats})


def images(rng: Generator, shape: tuple[int, int, int, int], dtype: Dtype = "float64") -> NDArray[Any]:
    """Images (N, H, W, C) in [0, 1] as the head of this module says."""
    import numpy as np

    n, _, _, channels = shape
    brightness = rng.permutation(np.linspace(0.1, 0.5, n * channels)).reshape(n, 1, 1, channels)
    x = brightness + rng.uniform(0, 0.4, shape)
    for image in x.reshape(n, -1)[:-1]:
        black, white = rng.choice(len(image), 2, replace=False)
        image[black], image[white] = 0, 1
    return x.astype(dtype)


def _one_by_one(batch: Call) -> tuple[Call, ...]:
    """The same images in calls of their own."""
    return tuple(
        Call({name: each[at : at + 1] if hasattr(each, "shape") else each for name, each in batch.args.items()})
        for at in range(len(batch.args["images"]))
    )
