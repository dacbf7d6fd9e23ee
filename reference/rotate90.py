"""Quarter turns: the image turned by k · 90°, where up and down mean nothing.

Right for pictures from above or through a microscope; wrong for digits, where a turned 6 is a 9. No pixel is computed
anew, unlike in a turn by 10°, so that nothing blurs. Counter-clockwise for positive k, as mathematics turns and as
numpy.rot90 and torch.rot90 do, with row 0 on top: after one turn the right edge lies on top. Four turns are none.

A quarter turn counter-clockwise is a transposition and then a flip of the rows; to flip the columns instead turns the
other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.augmentation import image_battery
from reference.maths import rotate, stack
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Quarter turns",
    topic="Image augmentation",
    order=620,
    lecture=8,
    slide="Data Augmentation",
    paper="Dieleman, Willett & Dambre 2015, Rotation-invariant convolutional neural networks for galaxy morphology "
    "prediction, arXiv:1503.07077",
    steps={"y": "yᵢ = xᵢ turned by kᵢ · 90° counter-clockwise; once: yᵢ[h, w] = xᵢ[w, W − 1 − h]"},
)
def rotate90(images: Array, k: Array) -> Values:
    y = stack([rotate(x, turns) for x, turns in zip(images, k, strict=True)])
    return {"y": y}


@rotate90.oracle
def by_coordinates(torch: Any, images: Any, k: Any) -> dict[str, Any]:
    """Where each pixel comes from, by turning the coordinates around the centre: no flip and no transposition."""
    n, size, _, _ = images.shape
    middle = (size - 1) / 2
    grid = torch.arange(size, dtype=images.dtype) - middle
    row, column = grid[:, None].expand(size, size), grid.expand(size, size)
    angle = k.to(images.dtype)[:, None, None] * torch.pi / 2
    source_row = (torch.cos(angle) * row + torch.sin(angle) * column + middle).round().long()
    source_column = (torch.cos(angle) * column - torch.sin(angle) * row + middle).round().long()
    return {"y": images[torch.arange(n)[:, None, None], source_row, source_column]}


def _turns(rng: Generator, n: int) -> dict[str, Any]:
    """Turns of every kind: forwards and backwards, more than a whole one and than several, none."""
    import numpy as np

    return {"k": rng.permutation(np.array([1, 11, -2, -25, 0, 6, -1, 5])[:n])}


rotate90.cases(*image_battery(_turns, square=True))

rotate90.mistake(
    "clockwise",
    "The images are turned clockwise.",
    "Positive k turns counter-clockwise, as numpy.rot90 and torch.rot90 do: after one turn the right edge lies on top.",
    {"rotate(x, turns)": "rotate(x, -turns)"},
)
rotate90.mistake(
    "turned_by_the_first",
    "All images are turned by k[0].",
    "Each image has its own: turn image i by k[i] quarters.",
    {"rotate(x, turns)": "rotate(x, k[0])"},
)
rotate90.mistake(
    "turned_once",
    "The number of turns is not used: every image is turned by the same quarter.",
    "Turn image i by k[i] quarters, none where k[i] is a multiple of 4.",
    {"rotate(x, turns)": "rotate(x, 1)"},
    {"rotate(x, turns)": "rotate(x, 1 if turns else 0)"},
    {"rotate(x, turns)": "rotate(x, 1 if turns % 4 else 0)"},
)
rotate90.mistake(
    "k_not_modulo",
    "An image whose k is not 1, 2 or 3 stays as it is.",
    "Four turns are none: take k modulo 4 first. In Python −1 % 4 is 3.",
    {"k, strict": "where((k > 0) & (k < 4), k, 0), strict"},
    detail=True,
)
rotate90.mistake(
    "negative_k_ignored",
    "An image whose k is negative stays as it is.",
    "Negative k turns clockwise: k modulo 4 makes 3 of −1. A loop over range(k) does nothing for a negative k.",
    {"k, strict": "maximum(k, 0), strict"},
    detail=True,
)
rotate90.mistake(
    "negative_k_positive",
    "A negative k turns as a positive one does.",
    "Negative k turns clockwise: k modulo 4 makes 3 of −1. In Python −1 % 4 is 3 already; abs is not needed.",
    {"k, strict": "absolute(k), strict"},
    detail=True,
)
rotate90.mistake(
    "transposed",
    "The image is transposed, not turned: it comes out mirrored.",
    "A quarter turn is a transposition and a flip: transpose rows and columns, then reverse the rows.",
    {"rotate(x, turns)": "rotate(x[:, ::-1], 1) if turns % 2 else x"},
    {"rotate(x, turns)": "rotate(x[:, ::-1] if turns % 2 else x, turns)"},
)
rotate90.mistake(
    "half_turns",
    "Every turn is one by 180°.",
    "One turn is 90°: a transposition and a flip. Two flips are a turn by 180°.",
    {"rotate(x, turns)": "rotate(x, 2 * turns)"},
)
rotate90.mistake(
    "one_turn_more",
    "Every image is turned once more, or once less, than k says.",
    "k = 0 leaves an image as it is.",
    {"k, strict": "k + 1, strict"},
    {"k, strict": "k - 1, strict"},
)
