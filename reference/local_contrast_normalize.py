"""Local contrast normalization: every pixel is measured by its neighbourhood.

A photograph may be bright on one side and in shadow on the other. Here the mean of the size×size pixels around each
pixel is subtracted, which leaves edges and texture; then these are divided by their own strength in the neighbourhood,
so that an edge in the shadow counts as much as one in the sun. It is a model of what cells in the visual cortex do to
each other.

The slides have the name LCN for something else, the statistics of each whole image: ``contrast_normalize_image`` here.
This page is what the literature calls local contrast normalization; its formula is from the paper, not the slides.

The two passes follow one another: first c everywhere, then s from the c of the neighbours, not from the pixels. s is
therefore not the standard deviation of the window, in which all pixels are compared with one mean; much code has that.

Jarrett et al. weigh the neighbourhood by a Gaussian, pool over all feature maps (here: every channel by itself), and
divide by max(mean of s, s), so that flat regions are not blown up; here it is max(s, ε). At the border the image is
mirrored at its outermost pixels, which are not repeated (numpy's ``reflect``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference.batteries.normalization import window_battery
from reference.maths import (
    arange,
    clip,
    cumsum,
    maximum,
    mean,
    ones_like,
    pad_zeros,
    reflect,
    sqrt,
    stack,
    sum,
    where,
    windows,
)
from reference.spec import Array, Values, algorithm


@algorithm(
    title="Local contrast normalization",
    topic="Data normalization",
    order=340,
    lecture=8,
    slide="",  # see above
    paper="Jarrett, Kavukcuoglu, Ranzato & LeCun 2009, What is the Best Multi-Stage Architecture for Object"
    " Recognition?",
    steps={
        "c": "c = x − mean of x over the size×size neighbourhood",
        "s": "s = √(mean of c² over the size×size neighbourhood)",
        "y": "y = c / max(s, ε)",
    },
)
def local_contrast_normalize(images: Array, *, size: int = 5, eps: float = 1e-4) -> Values:
    r = size // 2
    x = reflect(images, r)
    c = images - mean(windows(x, size), axis=0)
    z = reflect(c, r)
    s = sqrt(mean(windows(z, size) ** 2, axis=0))
    y = c / maximum(s, eps)
    return {"c": c, "s": s, "y": y}


local_contrast_normalize.twin(
    "a convolution multiplies each neighbour by 1/size² before it adds them up",
    {
        "mean(windows(x, size), axis=0)": "sum(windows(x, size) / size**2, axis=0)",
        "mean(windows(z, size) ** 2, axis=0)": "sum(windows(z, size) ** 2 / size**2, axis=0)",
    },
)
local_contrast_normalize.twin(
    "sums over windows may be differences of a summed-area table",
    {
        "mean(windows(x, size), axis=0)": "_by_table(x, size) / size**2",
        "mean(windows(z, size) ** 2, axis=0)": "_by_table(z**2, size) / size**2",
    },
)


def _by_table(padded: Array, size: int) -> Array:
    """The sum over every window: four entries of the table of sums over all rectangles that start in the corner."""

    def boxes(image: Array) -> Array:
        table = cumsum(cumsum(pad_zeros(image, 1), axis=0), axis=1)[:-1, :-1]
        return table[size:, size:] - table[:-size, size:] - table[size:, :-size] + table[:-size, :-size]

    return stack([boxes(image) for image in padded])


def _padded(images: Array, r: int, source: Callable[[Any, int], Any]) -> Array:
    """``r`` more rows and columns on each side; ``source(i, n)`` says which of 0, …, n − 1 the place i copies."""
    height, width = (source(arange(n + 2 * r) - r, n) for n in images.shape[1:3])
    return images[:, height][:, :, width]


def _edge(images: Array, r: int) -> Array:
    return _padded(images, r, lambda i, n: clip(i, 0, n - 1))


def _edge_twice(images: Array, r: int) -> Array:
    return _padded(images, r, lambda i, n: where(i % (2 * n) < n, i % (2 * n), 2 * n - 1 - i % (2 * n)))


def _wrapped(images: Array, r: int) -> Array:
    return _padded(images, r, lambda i, n: i % n)


def _zeros(images: Array, r: int) -> Array:
    rows, columns = (arange(n + 2 * r) - r for n in images.shape[1:3])
    inside = ((rows >= 0) & (rows < images.shape[1]))[:, None] & ((columns >= 0) & (columns < images.shape[2]))
    return where(inside[:, :, None], _edge(images, r), 0)


def _interior(images: Array, r: int) -> Array:
    """The images where a window of radius ``r`` does not leave them, 0 elsewhere."""
    rows, columns = ((arange(n) >= r) & (arange(n) < n - r) for n in images.shape[1:3])
    return where((rows[:, None] & columns)[:, :, None], images, 0)


def _inside(images: Array, r: int) -> Array:
    """Means over as much of each window as lies in the image."""
    size = 2 * r + 1
    counted = sum(windows(_zeros(ones_like(images), r), size), axis=0)
    return sum(windows(_zeros(images, r), size), axis=0) / counted


@local_contrast_normalize.oracle
def pooled(torch: Any, images: Any, *, size: int, eps: float) -> dict[str, Any]:
    """Average pooling with stride 1 over channels first."""

    def means(x: Any) -> Any:
        padded = torch.nn.functional.pad(x, [size // 2] * 4, mode="reflect")
        return torch.nn.functional.avg_pool2d(padded, size, stride=1)

    x = images.permute(0, 3, 1, 2)
    c = x - means(x)
    s = means(c.square()).sqrt()
    named = {"c": c, "s": s, "y": c / s.clamp(min=eps)}
    return {name: value.permute(0, 2, 3, 1) for name, value in named.items()}


local_contrast_normalize.cases(*window_battery(plain=2**-10, large=0.1))

local_contrast_normalize.mistake(
    "ddof_1",
    "s is divided by one less than the number of pixels in the window.",
    "s² is the mean of c² over the window: divide the sum by size².",
    {"s = sqrt(": "s = sqrt(size**2 / max(size**2 - 1, 1)) * sqrt("},
    {"mean(windows(z, size) ** 2, axis=0)": "sum(windows(z, size) ** 2, axis=0) / (size**2 - 1)"},  # one pixel: 0/0
    detail=True,
)
local_contrast_normalize.mistake(
    "not_centered",
    "The mean of the neighbourhood is not subtracted.",
    "Subtract it first, everywhere: c = x − mean; s and y are made of c.",
    {"y = c": "y = images"},
    {"c = images - mean(windows(x, size), axis=0)": "c = images"},
)
local_contrast_normalize.mistake(
    "variance_not_std",
    "You divide by the mean of c², not by its root.",
    "s is the square root of the mean of c².",
    {"s = sqrt(": "s = ("},
)
local_contrast_normalize.mistake(
    "edge_repeated",
    "At the border the outermost pixels are repeated before the image is mirrored.",
    "Mirror at the outermost pixels themselves: numpy's mode is `reflect`, not `symmetric`; scipy's is `mirror`.",
    {"reflect(images, r)": "_edge_twice(images, r)", "reflect(c, r)": "_edge_twice(c, r)"},
    {"reflect(images, r)": "_edge_twice(images, r)"},
    {"reflect(c, r)": "_edge_twice(c, r)"},
)
local_contrast_normalize.mistake(
    "edge_padded",
    "Beyond the border you go on with the outermost pixels.",
    "Mirror the image at its outermost pixels: numpy's mode is `reflect`, not `edge`.",
    {"reflect(images, r)": "_edge(images, r)", "reflect(c, r)": "_edge(c, r)"},
    {"reflect(images, r)": "_edge(images, r)"},
    {"reflect(c, r)": "_edge(c, r)"},
)
local_contrast_normalize.mistake(
    "zero_padded",
    "Beyond the border you take zeros.",
    "Mirror the image at its outermost pixels (numpy's `reflect`): zeros make a dark frame.",
    {"reflect(images, r)": "_zeros(images, r)", "reflect(c, r)": "_zeros(c, r)"},
    {"reflect(images, r)": "_zeros(images, r)"},
    {"reflect(c, r)": "_zeros(c, r)"},
)
local_contrast_normalize.mistake(
    "wrapped",
    "Beyond the border you go on at the opposite side.",
    "Mirror the image at its outermost pixels: numpy's mode is `reflect`, not `wrap`.",
    {"reflect(images, r)": "_wrapped(images, r)", "reflect(c, r)": "_wrapped(c, r)"},
    {"reflect(images, r)": "_wrapped(images, r)"},
)
local_contrast_normalize.mistake(
    "border_cut",
    "At the border you average over the pixels inside the image only.",
    "Mirror the image at its outermost pixels (numpy's `reflect`), so that every window has size² pixels.",
    {
        "mean(windows(x, size), axis=0)": "_inside(images, r)",
        "mean(windows(z, size) ** 2, axis=0)": "_inside(c**2, r)",
    },
    {"mean(windows(x, size), axis=0)": "_inside(images, r)"},
)
local_contrast_normalize.mistake(
    "size_ignored",
    "The window is always 5×5, or 3×3.",
    "Use the size you are given.",
    {"r = size // 2": "size = 5\n    r = size // 2"},
    {"r = size // 2": "size = 3\n    r = size // 2"},
)
local_contrast_normalize.mistake(
    "size_as_radius",
    "The window is twice as wide as it should be: size is taken for its radius.",
    "size is the side of the window, size // 2 its radius.",
    {"r = size // 2": "r, size = size, 2 * size + 1"},
)
local_contrast_normalize.mistake(
    "center_left_out",
    "The pixel itself is left out of its neighbourhood.",
    "The mean is over all size² pixels of the window, the one in the middle among them.",
    {
        "mean(windows(x, size), axis=0)": "(sum(windows(x, size), axis=0) - images) / (size**2 - 1)",
        "mean(windows(z, size) ** 2, axis=0)": ("(sum(windows(z, size) ** 2, axis=0) - c**2) / (size**2 - 1)"),
    },
    {"mean(windows(x, size), axis=0)": "(sum(windows(x, size), axis=0) - images) / (size**2 - 1)"},
)
local_contrast_normalize.mistake(
    "whole_image",
    "The statistics are of the whole image.",
    "That is the contrast normalization of each image. Here every pixel has a mean and an s of its own neighbourhood.",
    {
        "mean(windows(x, size), axis=0)": "mean(images, axis=(1, 2), keepdims=True)",
        "mean(windows(z, size) ** 2, axis=0)": "mean(c**2, axis=(1, 2), keepdims=True)",
    },
    {
        "mean(windows(x, size), axis=0)": "mean(images, axis=(1, 2, 3), keepdims=True)",
        "mean(windows(z, size) ** 2, axis=0)": "mean(c**2, axis=(1, 2, 3), keepdims=True)",
    },
    {"mean(windows(z, size) ** 2, axis=0)": "mean(c**2, axis=(1, 2), keepdims=True)"},
    {"mean(windows(x, size), axis=0)": "mean(images, axis=(1, 2), keepdims=True)"},
)
local_contrast_normalize.mistake(
    "not_scaled",
    "You only subtract the mean.",
    "Divide by max(s, ε) as well.",
    {" / maximum(s, eps)": ""},
)
local_contrast_normalize.mistake(
    "minimum_not_maximum",
    "You divide by the smaller of s and ε.",
    "ε is a floor: divide by the larger of the two, max(s, ε).",
    {"maximum(s, eps)": "minimum(s, eps)"},
    detail=True,
)
local_contrast_normalize.mistake(
    "eps_missing",
    "ε is not used: flat regions are divided by 0, or by far too little.",
    "Divide by max(s, ε).",
    {"maximum(s, eps)": "s"},
    {"maximum(s, eps)": "where(s == 0, 1, s)"},
    detail=True,
)
local_contrast_normalize.mistake(
    "sum_not_mean",
    "The sum of c² over the window is not divided by size².",
    "s is the root of the mean of c² over the window: divide by size².",
    {"s = sqrt(": "s = size * sqrt("},
)
local_contrast_normalize.mistake(
    "root_mean_square",
    "s is made of the images themselves, not of c.",
    "Go on from c: s is the root of the mean of c² over the window.",
    {"windows(z, size)": "windows(x, size)"},
)
local_contrast_normalize.mistake(
    "mean_absolute_deviation",
    "s is the mean of |c|.",
    "s is the root of the mean of c² over the window.",
    {"sqrt(mean(windows(z, size) ** 2, axis=0))": "mean(absolute(windows(z, size)), axis=0)"},
)
local_contrast_normalize.mistake(
    "border_left_out",
    "The border is left at 0: only pixels whose window lies in the image are normalized.",
    "Mirror the image at its outermost pixels (numpy's `reflect`): every pixel has a window.",
    {"y = c": "y = _interior(c, r)"},
)
local_contrast_normalize.mistake(
    "window_in_one_direction",
    "The window runs along the rows or the columns only.",
    "The neighbourhood is a square of size×size pixels.",
    *(
        {"windows(x, size)": f"windows(x, size){line}", "windows(z, size)": f"windows(z, size){line}"}
        for line in ("[r * size : (r + 1) * size]", "[r::size]")
    ),
)
local_contrast_normalize.mistake(
    "eps_on_variance",
    "ε is the floor of s², not of s.",
    "Take the root first: max(s, ε).",
    {"maximum(s, eps)": "sqrt(maximum(s**2, eps))"},
    detail=True,
)
local_contrast_normalize.mistake(
    "eps_zeroes",
    "Where s is below ε, y becomes 0.",
    "Divide by ε there: max(s, ε) keeps what little contrast there is.",
    {"c / maximum(s, eps)": "where(s < eps, 0, c / maximum(s, eps))"},
    detail=True,
)
local_contrast_normalize.mistake(
    "eps_ignored",
    "ε is a number of your own, whatever eps says.",
    "Use the argument: max(s, eps).",
    *({"maximum(s, eps)": f"maximum(s, {own})"} for own in (1, 1e-3, 1e-4)),
    *({"maximum(s, eps)": f"(s + {own})"} for own in (1e-4, 1e-5, 1e-8)),
    detail=True,
)
local_contrast_normalize.dialect(
    "window_deviation",
    "s is the standard deviation of the window.",
    "Go on from c: s is the root of the mean of the neighbours' c², each of which has a mean of its own.",
    {"mean(windows(z, size) ** 2, axis=0)": "variance(windows(x, size), axis=0)"},
    {"mean(windows(z, size) ** 2, axis=0)": "mean(windows(x, size) ** 2, axis=0) - (images - c) ** 2"},
    home="code that takes mean and deviation of each window",
)
local_contrast_normalize.dialect(
    "channels_pooled",
    "The channels are normalized together.",
    "Here every channel has a mean and an s of its own.",
    {
        "mean(windows(x, size), axis=0)": "mean(windows(x, size), axis=(0, 4), keepdims=True)[0]",
        "mean(windows(z, size) ** 2, axis=0)": ("mean(windows(z, size) ** 2, axis=(0, 4), keepdims=True)[0]"),
    },
    {"mean(windows(z, size) ** 2, axis=0)": "mean(windows(z, size) ** 2, axis=(0, 4), keepdims=True)[0]"},
    {"mean(windows(x, size), axis=0)": "mean(windows(x, size), axis=(0, 4), keepdims=True)[0]"},
    home="Jarrett et al. 2009",
)
local_contrast_normalize.dialect(
    "mean_deviation_floor",
    "The floor under s is its own mean over the image.",
    "The floor is ε: max(s, ε).",
    {"maximum(s, eps)": "maximum(maximum(s, mean(s, axis=(1, 2), keepdims=True)), eps)"},
    {"maximum(s, eps)": "maximum(s, mean(s, axis=(1, 2), keepdims=True))"},
    {"maximum(s, eps)": "maximum(maximum(s, mean(s, axis=(1, 2, 3), keepdims=True)), eps)"},
    home="Jarrett et al. 2009, Pylearn2",
)
local_contrast_normalize.dialect(
    "eps_added",
    "ε is added to s.",
    "ε is a floor, max(s, ε): it changes nothing where s is larger.",
    {"maximum(s, eps)": "(s + eps)"},
    home="code that adds an ε to every denominator",
)
local_contrast_normalize.dialect(
    "eps_inside_root",
    "ε is added to s², under the root.",
    "ε is a floor, max(s, ε): it changes nothing where s is larger.",
    {"maximum(s, eps)": "sqrt(s**2 + eps)"},
    {"maximum(s, eps)": "sqrt(s**2 + eps**2)"},
    home="batch normalization",
)
local_contrast_normalize.dialect(
    "eps_as_threshold",
    "Where s is below ε you divide by 1.",
    "Divide by ε there: max(s, ε).",
    {"maximum(s, eps)": "where(s < eps, 1, s)"},
    home="code that leaves flat regions as they are",
)
