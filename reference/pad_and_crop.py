"""Pad and crop: the image, moved by a few pixels.

A border of zeros all around, then a cut of the old size somewhere in the larger image: what was in the middle is now up
to ``pad`` pixels higher or lower, more to the left or right. An object is the same object wherever it stands. The
networks trained on CIFAR pad 32 × 32 images by 4.

(top, left) counts in the padded image: (pad, pad) is the old image, (0, 0) moves what it shows down and to the right.
The border is black, as in torchvision's RandomCrop(padding=…); other sources repeat the edge or mirror it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.batteries.augmentation import Beside, call, image_battery
from reference.cases import Case
from reference.maths import pad_zeros, stack
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Pad and crop",
    topic="Image augmentation",
    order=610,
    lecture=8,
    slide="Data Augmentation",
    paper="He, Zhang, Ren & Sun 2016, Deep Residual Learning for Image Recognition, arXiv:1512.03385, section 4.2",
    steps={
        "padded": "pᵢ = xᵢ with pad rows and columns of zeros on each side",
        "y": "yᵢ[h, w] = pᵢ[topᵢ + h, leftᵢ + w]",
    },
)
def pad_and_crop(images: Array, pad: int, top: Array, left: Array) -> Values:
    _, height, width, _ = images.shape
    padded = stack([pad_zeros(x, pad) for x in images])
    y = stack([p[t : t + height, s : s + width] for p, t, s in zip(padded, top, left, strict=True)])
    return {"padded": padded, "y": y}


@pad_and_crop.oracle
def all_windows(torch: Any, images: Any, pad: int, top: Any, left: Any) -> dict[str, Any]:
    """Every window of the padded image, by torch's pad and unfold; from them the one at (top, left)."""
    _, height, width, _ = images.shape
    padded = torch.nn.functional.pad(images.movedim(3, 1), [pad] * 4)
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)
    chosen = windows[torch.arange(len(images)), :, top, left]
    return {"padded": padded.movedim(1, 3), "y": chosen.movedim(1, 3)}


def _offsets(pad: int) -> Beside:
    """Offsets from one end to the other, both ends among them."""

    def draw(rng: Generator, n: int) -> dict[str, Any]:
        import numpy as np

        some = np.resize([0, 2 * pad, pad // 2, pad + 1], n)
        return {"pad": pad, "top": rng.permutation(some), "left": rng.permutation(some)}

    return draw


def wide_border(rng: Generator) -> Case:
    why = "a border wider than the image: some cuts hold nothing of it"
    return Case("wide-border", why, {}, calls=(call(rng, _offsets(4), (8, 3, 2, 1)),))


def no_border(rng: Generator) -> Case:
    import numpy as np

    def nowhere(rng: Generator, n: int) -> dict[str, Any]:
        return {"pad": 0, "top": np.zeros(n, dtype="int64"), "left": np.zeros(n, dtype="int64")}

    return Case("no-border", "pad 0: the image stays as it is", {}, calls=(call(rng, nowhere, (2, 3, 4, 1)),))


pad_and_crop.cases(*image_battery(_offsets(1)), wide_border, no_border)

pad_and_crop.mistake(
    "offsets_swapped",
    "top and left are swapped.",
    "top counts rows (axis 1 of (N, H, W, C)), left counts columns (axis 2).",
    {"p[t : t + height, s : s + width]": "p[s : s + height, t : t + width]"},
)
pad_and_crop.mistake(
    "edge_padded",
    "The border repeats the image instead of being zero.",
    "Pad with zeros: np.pad as it is, or an array of zeros with the image written into it. np.roll and the modes edge, "
    "reflect, symmetric and wrap fill the border with the image.",
    {
        "pad_zeros(x, pad)": "x[clip(arange(height + 2 * pad) - pad, 0, height - 1)]"
        "[:, clip(arange(width + 2 * pad) - pad, 0, width - 1)]"
    },
    {"stack([pad_zeros(x, pad) for x in images])": "reflect(images, pad)"},
    {
        "pad_zeros(x, pad)": "x[minimum((arange(height + 2 * pad) - pad) % (2 * height), "
        "(pad - 1 - arange(height + 2 * pad)) % (2 * height))]"
        "[:, minimum((arange(width + 2 * pad) - pad) % (2 * width), "
        "(pad - 1 - arange(width + 2 * pad)) % (2 * width))]"
    },
    {"pad_zeros(x, pad)": "x[(arange(height + 2 * pad) - pad) % height][:, (arange(width + 2 * pad) - pad) % width]"},
)
pad_and_crop.mistake(
    "offsets_of_the_first",
    "All images are cut at the offsets of the first.",
    "Each image has its own: cut image i at (top[i], left[i]).",
    {"p[t : t + height, s : s + width]": "p[top[0] : top[0] + height, left[0] : left[0] + width]"},
)
pad_and_crop.mistake(
    "offsets_ignored",
    "Every image is cut at the same place, whatever top and left say.",
    "Cut image i at (top[i], left[i]) of the padded image, not in its middle or its corner.",
    {"p[t : t + height, s : s + width]": "p[pad : pad + height, pad : pad + width]"},
    {"p[t : t + height, s : s + width]": "p[:height, :width]"},
)
pad_and_crop.mistake(
    "one_offset_ignored",
    "The image moves in one direction only: top or left is not used.",
    "Cut rows from top[i] and columns from left[i].",
    {"t : t + height": "pad : pad + height"},
    {"s : s + width": "pad : pad + width"},
    {"s : s + width": "t : t + width"},
    {"t : t + height": "s : s + height"},
)
pad_and_crop.mistake(
    "moved_the_other_way",
    "The image moves the other way: up where it should move down.",
    "top and left are where the cut begins in the padded image. The lower it begins, the higher the image moves.",
    {"p[t : t + height, s : s + width]": "p[2 * pad - t : 2 * pad - t + height, 2 * pad - s : 2 * pad - s + width]"},
)
pad_and_crop.mistake(
    "not_cropped",
    "The padded image is returned whole.",
    "Cut it back to the old height and width: rows top[i] to top[i] + H, columns left[i] to left[i] + W.",
    {"stack([p[t : t + height, s : s + width] for p, t, s in zip(padded, top, left, strict=True)])": "padded"},
)
pad_and_crop.mistake(
    "pad_ignored",
    "The border is always 4 wide, whatever pad says.",
    "Pad by the argument: 4 is only what is usual on CIFAR-10.",
    {"pad_zeros(x, pad)": "pad_zeros(x, 4)"},
)
