"""The data that tell right normalizations from wrong ones.

Tables of features are not square, so that a statistic along the wrong axis does not fit unseen; their features differ
in place and spread; some are constant, some far from zero, some tiny. Images differ in brightness and contrast, and
their sides in length.

No statistic is over more than 64 numbers: a program may add them in any order, which makes the tolerance grow with
their number. Constants are small multiples of powers of 2 and as many as a power of 2: every sum and mean of
them is exact, however it is written, and so the zeros they must become are exact as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case, CaseMaker, Dtype

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

FAR: dict[Dtype, float] = {"float64": 4096.0, "float32": 512.0}
"""How far from zero, in spreads, data lie that E[x²] − μ² loses its digits on and accurate forms do not."""

SPREADS = (1e3, 1e-3, 1e-6, 1e-8, 1e-10, 2.0**-56)
"""Spreads of features: a number added to the denominator, however small, shows in one of them."""

GUARDS = (1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 2.0**-52)
"""What programs add to a denominator that may be 0, and change nothing that matters."""


def feature_battery() -> tuple[CaseMaker, ...]:
    """The cases of what normalizes the features of a table ``x`` (N, D)."""

    def features(rng: Generator) -> Case:
        x = (rng.normal(size=(5, 2)) * (1, 20) + (3, 50)).round(2)
        return Case("features", "two features in different places and spreads", {}, calls=_tables(x))

    def wide(rng: Generator) -> Case:
        why = "more features than examples; all values are negative, then all positive"
        x = rng.uniform(0.5, 2, size=(3, 7))
        return Case("wide", why, {}, calls=_tables(-x, 10 * x))

    def constant_feature(rng: Generator) -> Case:
        why = "features that are constant become 0: one of four, then all, as the table has one row"
        return Case("constant-feature", why, {}, calls=_tables(*_with_constants(rng)))

    def constant_feature_float32(rng: Generator) -> Case:
        calls = _tables(*_with_constants(rng), dtype="float32")
        return Case("constant-feature-float32", "constant features in float32", {}, calls=calls, dtype="float32")

    def one_column(rng: Generator) -> Case:
        calls = _tables(rng.normal(size=(6, 1)), rng.normal(size=(2, 1)) * 3)
        return Case("one-column", "a single feature; six examples, then two", {}, calls=calls)

    def spreads(rng: Generator) -> Case:
        x = rng.uniform(-1, 1, size=(6, len(SPREADS))) * SPREADS
        return Case("spreads", "spreads from 1e3 down to 1e-17: nothing may be added to them", {}, calls=_tables(x))

    def far_from_zero(rng: Generator) -> Case:
        x = _around(rng, 9, FAR["float64"], -FAR["float64"], 1)
        return Case("far-from-zero", "features far from zero with a small spread", {}, calls=_tables(x))

    def far_from_zero_float32(rng: Generator) -> Case:
        x = _around(rng, 9, FAR["float32"], -FAR["float32"])
        calls = _tables(x, dtype="float32")
        why = "features far from zero with a small spread, in float32"
        return Case("far-from-zero-float32", why, {}, calls=calls, dtype="float32")

    def float32(rng: Generator) -> Case:
        x = rng.normal(size=(7, 4)) * (1, 20, 1e-3, 1e-6) + (3, -50, 0, 0)
        calls = _tables(x, dtype="float32")
        return Case("float32", "seven examples of four features in float32", {}, calls=calls, dtype="float32")

    def outliers(rng: Generator) -> Case:
        why = "one value of 32 lies far out, more than five σ from μ: nothing is clipped"
        return Case("outliers", why, {}, calls=_tables(_with_an_outlier(rng, (32, 3))))

    return (
        features,
        wide,
        constant_feature,
        constant_feature_float32,
        one_column,
        outliers,
        spreads,
        far_from_zero,
        far_from_zero_float32,
        float32,
    )


def _around(rng: Generator, n: int, *means: float) -> NDArray[Any]:
    """``n`` examples of features around the given means."""
    return rng.normal(means, size=(n, len(means)))


def _with_an_outlier(rng: Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Values within [-1, 1] but for the last along axis 0, which lie at 8 or −8: 5σ and more from the mean of 32."""
    x = rng.uniform(-1, 1, size=shape)
    x[-1] = rng.choice([-8, 8], size=shape[1:])
    return x


def _with_constants(rng: Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """Eight examples of four features, the second, third and fourth constant; and one example."""
    x = rng.normal(size=(8, 4))
    x[:, 1:] = (3, 0, -0.5)
    return x, rng.normal(size=(1, 3))


def image_battery(*, plain: float, large: float) -> tuple[CaseMaker, ...]:
    """The cases of what normalizes the contrast of whole ``images`` (N, H, W, C).

    ``plain`` is an eps that decides nothing, ``large`` one above some standard deviations and below others.
    """

    def images(rng: Generator) -> Case:
        calls = _images(_photos(rng, 2, 2, 3, 1).round(2))
        return Case("images", "two grey images that differ in brightness and contrast", {"eps": plain}, calls=calls)

    def colour(rng: Generator) -> Case:
        why = "three images with three channels, higher than wide, then a single one"
        calls = _images(_photos(rng, 3, 3, 2, 3), _photos(rng, 1, 2, 5, 3))
        return Case("colour", why, {"eps": plain}, calls=calls)

    def eps_decides(rng: Generator) -> Case:
        why = f"eps = {large}: images whose σ is above it, images whose σ is below, and both"
        strong, weak = rng.uniform(0, 1, (2, 3, 4, 2)), 0.4 + rng.uniform(0, 0.2, (2, 3, 4, 2))
        mixed = strong.copy()
        mixed[0] = weak[0]
        return Case("eps-decides", why, {"eps": large}, calls=_images(strong, weak, mixed))

    def constant_image(rng: Generator) -> Case:
        why = "a constant image becomes 0: one of two, then all"
        return Case("constant-image", why, {"eps": plain}, calls=_images(*_with_a_constant(rng)))

    def constant_image_float32(rng: Generator) -> Case:
        calls = _images(*_with_a_constant(rng), dtype="float32")
        why = "a constant image becomes 0, in float32"
        return Case("constant-image-float32", why, {"eps": plain}, calls=calls, dtype="float32")

    def defaults(rng: Generator) -> Case:
        why = "eps not passed: the contract's default counts, for a σ of about that size"
        faint = rng.uniform(-1, 1, (2, 3, 2, 2)) * 4e-9
        calls = _images(faint, 8 * faint, _photos(rng, 2, 3, 4, 1))
        return Case("defaults", why, {}, calls=calls)

    def far_from_zero(rng: Generator) -> Case:
        calls = _images(FAR["float64"] + rng.normal(size=(2, 3, 4, 2)))
        return Case("far-from-zero", "bright images with little contrast", {"eps": plain}, calls=calls)

    def far_from_zero_float32(rng: Generator) -> Case:
        calls = _images(FAR["float32"] + rng.normal(size=(2, 3, 2, 2)), dtype="float32")
        why = "bright images with little contrast, in float32"
        return Case("far-from-zero-float32", why, {"eps": plain}, calls=calls, dtype="float32")

    def float32(rng: Generator) -> Case:
        calls = _images(_photos(rng, 3, 4, 2, 2), dtype="float32")
        return Case(
            "float32", "three images with two channels in float32", {"eps": plain}, calls=calls, dtype="float32"
        )

    def outliers(rng: Generator) -> Case:
        dark = rng.uniform(0, 0.1, (2, 4, 8, 1))
        dark[:, 2, 3, 0] = (0.9, 1.0)
        why = "a bright pixel in each dark image, more than five σ from μ: nothing is clipped"
        return Case("outliers", why, {"eps": plain}, calls=_images(dark, dark[:1]))

    return (
        images,
        colour,
        eps_decides,
        constant_image,
        constant_image_float32,
        outliers,
        defaults,
        far_from_zero,
        far_from_zero_float32,
        float32,
    )


def window_battery(*, plain: float, large: float) -> tuple[CaseMaker, ...]:
    """The cases of what normalizes ``images`` (N, H, W, C) by each pixel's neighbourhood: see :func:`image_battery`."""

    def images(rng: Generator) -> Case:
        calls = _images(_photos(rng, 1, 4, 5, 1).round(2))
        return Case("images", "a grey image and windows of 3×3", {"size": 3, "eps": plain}, calls=calls)

    def colour(rng: Generator) -> Case:
        why = "two images with three channels, wider than high, and windows of 5×5"
        return Case("colour", why, {"size": 5, "eps": plain}, calls=_images(_photos(rng, 2, 5, 7, 3)))

    def small_images(rng: Generator) -> Case:
        why = "windows of 5×5 on images hardly larger than half of one: the borders reflect each other"
        calls = _images(_photos(rng, 2, 3, 4, 2), _photos(rng, 1, 6, 3, 1))
        return Case("small-images", why, {"size": 5, "eps": plain}, calls=calls)

    def large_windows(rng: Generator) -> Case:
        calls = _images(_photos(rng, 1, 9, 6, 1))
        return Case("large-windows", "windows of 7×7", {"size": 7, "eps": plain}, calls=calls)

    def eps_decides(rng: Generator) -> Case:
        why = f"eps = {large}: a flat region, a region whose s is below eps, and one whose s is above"
        return Case("eps-decides", why, {"size": 3, "eps": large}, calls=_images(_regions(rng)))

    def defaults(rng: Generator) -> Case:
        why = "neither size nor eps passed: the contract's defaults count, for an s of about that eps"
        calls = _images(0.5 + rng.uniform(-1, 1, (1, 6, 7, 1)) * 1.5e-4, _photos(rng, 1, 6, 5, 2))
        return Case("defaults", why, {}, calls=calls)

    def far_from_zero(rng: Generator) -> Case:
        calls = _images(FAR["float64"] + rng.normal(size=(1, 5, 6, 2)))
        return Case("far-from-zero", "a bright image with little contrast", {"size": 3, "eps": plain}, calls=calls)

    def float32(rng: Generator) -> Case:
        calls = _images(_photos(rng, 2, 5, 6, 2), dtype="float32")
        why = "two images with two channels in float32"
        return Case("float32", why, {"size": 3, "eps": plain}, calls=calls, dtype="float32")

    def eps_decides_float32(rng: Generator) -> Case:
        why = f"eps = {large} in float32, and windows of 5×5"
        calls = _images(_regions(rng), dtype="float32")
        return Case("eps-decides-float32", why, {"size": 5, "eps": large}, calls=calls, dtype="float32")

    def size_1(rng: Generator) -> Case:
        why = "windows of a single pixel: each is its own mean, and y is 0"
        return Case("size-1", why, {"size": 1, "eps": plain}, calls=_images(rng.integers(0, 64, (1, 3, 4, 2)) / 64))

    def outliers(rng: Generator) -> Case:
        dark = rng.uniform(0, 0.1, (1, 7, 8, 1))
        dark[0, 3, 4] = 1
        why = "a bright pixel in a dark image, more than three s from its neighbours: nothing is clipped"
        return Case("outliers", why, {"size": 5, "eps": plain}, calls=_images(dark))

    return (
        images,
        colour,
        size_1,
        small_images,
        large_windows,
        outliers,
        eps_decides,
        defaults,
        far_from_zero,
        float32,
        eps_decides_float32,
    )


def _photos(rng: Generator, n: int, h: int, w: int, c: int) -> NDArray[Any]:
    """Images in [0, 1], each and each of its channels with a brightness and a contrast of its own."""
    contrast = rng.uniform(0.3, 0.9, (n, 1, 1, c))
    return (1 - contrast) * rng.uniform(0, 1, (n, 1, 1, c)) + contrast * rng.uniform(0, 1, (n, h, w, c))


def _with_a_constant(rng: Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two images of 16 numbers, the first constant; and two that are the same constant."""
    images = _photos(rng, 2, 2, 4, 2)
    images[0] = 0.75
    return images, images * 0 + 0.25


def _regions(rng: Generator) -> NDArray[Any]:
    """An image whose left is flat, whose middle has little contrast and whose right has much."""
    image = rng.uniform(0, 1, (1, 7, 18, 1))
    image[:, :, :7] = 0.5
    image[:, :, 7:12] = 0.5 + 0.1 * (image[:, :, 7:12] - 0.5)
    return image


def _tables(*tables: Any, dtype: Dtype = "float64") -> tuple[Call, ...]:
    return tuple(Call({"x": x.astype(dtype)}) for x in tables)


def _images(*batches: Any, dtype: Dtype = "float64") -> tuple[Call, ...]:
    return tuple(Call({"images": images.astype(dtype)}) for images in batches)
