"""Wrong programs for the normalizations of data, in students' own words, each with what it must be taken for."""

from __future__ import annotations

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view

from tests.corpus.forms import Forms

WRONG = Forms()


def nonzero(span):
    return np.where(span == 0, 1, span)


# -- min_max_normalize --------------------------------------------------------------------------------------------


@WRONG.mistake("min_max_normalize", "whole_array")
def min_max_of_the_table(x):
    return (x - x.min()) / nonzero(x.max() - x.min())


@WRONG.mistake("min_max_normalize", "whole_array")
def min_max_with_one_range(x):
    return (x - x.min(axis=0)) / nonzero(x.max() - x.min(axis=0))


@WRONG.mistake("min_max_normalize", "wrong_axis")
def min_max_of_rows(x):
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    return (x - low) / nonzero(high - low)


@WRONG.mistake("min_max_normalize", "wrong_axis", backend="torch")
def min_max_of_rows_in_torch(x):
    low, high = torch.aminmax(x, dim=-1, keepdim=True)
    return torch.nan_to_num((x - low) / (high - low))


@WRONG.mistake("min_max_normalize", "not_centered")
def min_max_only_scales(x):
    return x / nonzero(np.ptp(x, axis=0))


@WRONG.mistake("min_max_normalize", "not_centered", beside="constant_feature_nan")
def min_max_only_scales_and_divides_by_zero(x):
    return x / (x.max(0) - x.min(0))


@WRONG.mistake("min_max_normalize", "constant_feature_nan")
def min_max_divides_by_zero(x):
    return (x - x.min(axis=0)) / (x.max(axis=0) - x.min(axis=0))


@WRONG.mistake("min_max_normalize", "constant_feature_kept")
def min_max_leaves_constants(x):
    y = x.copy()
    for j in range(x.shape[1]):
        low, high = x[:, j].min(), x[:, j].max()
        if high > low:
            y[:, j] = (x[:, j] - low) / (high - low)
    return y


@WRONG.mistake("min_max_normalize", "constant_feature_kept")
def min_max_makes_constants_one(x):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((x - x.min(axis=0)) / np.ptp(x, axis=0), nan=1.0)


@WRONG.mistake("min_max_normalize", "divided_by_max")
def min_max_by_the_maximum(x):
    return (x - x.min(0)) / nonzero(x.max(0))


@WRONG.mistake("min_max_normalize", "divided_by_max")
def min_max_by_the_largest_magnitude(x):
    return x / nonzero(np.abs(x).max(axis=0))


@WRONG.mistake("min_max_normalize", "other_range")
def min_max_to_minus_one(x):
    low, high = x.min(axis=0), x.max(axis=0)
    return (x - low) / nonzero(high - low) * 2 - 1


@WRONG.mistake("min_max_normalize", "upside_down")
def min_max_from_the_top(x):
    return (x.max(axis=0) - x) / nonzero(np.ptp(x, axis=0))


@WRONG.mistake("min_max_normalize", "mean_subtracted")
def min_max_around_the_mean(x):
    return (x - x.mean(0)) / nonzero(np.ptp(x, axis=0))


@WRONG.mistake("min_max_normalize", "standardized")
def min_max_is_standardization(x):
    return (x - x.mean(0)) / nonzero(x.std(0))


@WRONG.mistake("min_max_normalize", "guard_too_large")
def min_max_guarded_by_a_thousandth(x):
    return (x - x.min(0)) / (x.max(0) - x.min(0) + 1e-3)


@WRONG.mistake("min_max_normalize", "guard_too_large")
def min_max_guarded_by_a_millionth(x):
    return (x - x.min(0)) / np.maximum(np.ptp(x, axis=0), 1e-6)


@WRONG.dialect("min_max_normalize", "guarded_denominator")
def min_max_guarded(x):
    return (x - x.min(0)) / (x.max(0) - x.min(0) + 1e-8)


@WRONG.dialect("min_max_normalize", "guarded_denominator", backend="torch")
def min_max_clamped(x):
    low, high = torch.aminmax(x, dim=0)
    return (x - low) / (high - low).clamp(min=1e-12)


@WRONG.dialect("min_max_normalize", "guarded_denominator")
def min_max_guarded_by_round_off(x):
    return (x - x.min(0)) / (x.max(0) - x.min(0) + np.finfo(float).eps)


@WRONG.dialect("min_max_normalize", "guarded_denominator")
def min_max_takes_small_ranges_for_none(x):
    span = np.ptp(x, axis=0)
    span[span < 1e-9] = 1
    return (x - x.min(axis=0)) / span


@WRONG.mistake("min_max_normalize", "wrong_axis", beside="guarded_denominator")
def min_max_of_rows_guarded(x):
    low, high = x.min(1)[:, None], x.max(1)[:, None]
    return (x - low) / (high - low + 1e-7)


@WRONG.unknown("min_max_normalize")
def min_max_clipped_at_two_deviations(x):
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    return np.clip((x - mean) / nonzero(4 * deviation) + 0.5, 0, 1)


@WRONG.unknown("min_max_normalize")
def min_max_rounded(x):
    return np.round((x - x.min(0)) / nonzero(np.ptp(x, axis=0)), 8)


@WRONG.unknown("min_max_normalize")
def min_max_in_float32(x):
    x32 = x.astype(np.float32)
    return ((x32 - x32.min(0)) / nonzero(np.ptp(x32, axis=0))).astype(x.dtype)


@WRONG.unknown("min_max_normalize")
def min_max_skips_the_last_feature(x):
    y = (x - x.min(0)) / nonzero(np.ptp(x, axis=0))
    if x.shape[1] > 1:
        y[:, -1] = x[:, -1]
    return y


# -- standardize --------------------------------------------------------------------------------------------------


@WRONG.mistake("standardize", "whole_array")
def standard_of_the_table(x):
    return (x - x.mean()) / nonzero(x.std())


@WRONG.mistake("standardize", "whole_array")
def standard_with_one_deviation(x):
    return (x - x.mean(axis=0)) / nonzero(x.std())


@WRONG.mistake("standardize", "wrong_axis")
def standard_of_rows(x):
    return ((x.T - x.mean(axis=1)) / nonzero(x.std(axis=1))).T


@WRONG.mistake("standardize", "wrong_axis", backend="torch")
def standard_of_rows_in_torch(x):
    sigma, mean = torch.std_mean(x, dim=1, keepdim=True, correction=0)
    return (x - mean) / torch.where(sigma == 0, 1, sigma)


@WRONG.mistake("standardize", "ddof_1")
def standard_with_n_minus_one(x):
    sigma = np.std(x, axis=0, ddof=1) if len(x) > 1 else np.zeros_like(x[0])
    return (x - x.mean(axis=0)) / nonzero(sigma)


@WRONG.mistake("standardize", "ddof_1", backend="torch")
def standard_with_torchs_std(x):
    sigma = x.std(dim=0) if len(x) > 1 else torch.full_like(x[0], torch.nan)
    return (x - x.mean(dim=0)) / torch.where(sigma == 0, 1, sigma)


@WRONG.mistake("standardize", "ddof_1")
def standard_sum_by_n_minus_one(x):
    centered = x - x.mean(axis=0)
    sigma = np.sqrt((centered**2).sum(axis=0) / (len(x) - 1))
    return np.divide(centered, sigma, out=np.zeros_like(x), where=sigma > 0)


@WRONG.mistake("standardize", "not_centered")
def standard_only_scales(x):
    return x / nonzero(x.std(axis=0))


@WRONG.mistake("standardize", "variance_not_std")
def standard_by_the_variance(x):
    return (x - x.mean(axis=0)) / nonzero(x.var(axis=0))


@WRONG.mistake("standardize", "constant_feature_nan")
def standard_divides_by_zero(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


@WRONG.mistake("standardize", "ddof_1", beside="constant_feature_nan", backend="torch")
def standard_two_mistakes_in_torch(x):
    return (x - x.mean(0)) / (x.std(0) if len(x) > 1 else 0)


@WRONG.mistake("standardize", "constant_feature_kept")
def standard_leaves_constants(x):
    y = x.copy()
    change = x.std(axis=0) > 0
    y[:, change] = (x[:, change] - x[:, change].mean(axis=0)) / x[:, change].std(axis=0)
    return y


@WRONG.mistake("standardize", "not_scaled")
def standard_only_centers(x):
    return x - x.mean(axis=0)


@WRONG.mistake("standardize", "sum_not_mean")
def standard_by_the_norm(x):
    centered = x - x.mean(axis=0)
    return centered / nonzero(np.linalg.norm(centered, axis=0))


@WRONG.mistake("standardize", "mean_absolute_deviation")
def standard_by_absolute_deviations(x):
    centered = x - x.mean(axis=0)
    return centered / nonzero(np.abs(centered).mean(axis=0))


@WRONG.mistake("standardize", "root_mean_square")
def standard_by_the_root_mean_square(x):
    return (x - x.mean(axis=0)) / nonzero(np.sqrt((x**2).mean(axis=0)))


@WRONG.mistake("standardize", "divided_by_range")
def standard_by_the_range(x):
    return (x - x.mean(axis=0)) / nonzero(x.max(axis=0) - x.min(axis=0))


@WRONG.mistake("standardize", "guard_too_large")
def standard_guarded_by_a_hundred_thousandth(x):
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-5)


@WRONG.mistake("standardize", "guard_too_large")
def standard_as_batch_normalization(x):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)


@WRONG.mistake("standardize", "guard_too_large", backend="torch")
def standard_as_in_the_paper_of_batch_norm(x):
    variance, mean = torch.var_mean(x, dim=0, correction=0)
    return (x - mean) * torch.rsqrt(variance + 1e-8)


@WRONG.dialect("standardize", "guarded_denominator")
def standard_guarded(x):
    return (x - np.mean(x, axis=0)) / (np.std(x, axis=0) + 1e-8)


@WRONG.dialect("standardize", "guarded_denominator")
def standard_guarded_under_the_root(x):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-15)


@WRONG.dialect("standardize", "guarded_denominator", backend="torch")
def standard_clamped(x):
    sigma, mean = torch.std_mean(x, dim=0, correction=0)
    return (x - mean) / sigma.clamp(min=1e-7)


@WRONG.mistake("standardize", "ddof_1", beside="guarded_denominator")
def standard_with_n_minus_one_guarded(x):
    centered = x - x.mean(axis=0)
    return centered / (np.sqrt((centered**2).sum(axis=0) / max(len(x) - 1, 1)) + 1e-8)


@WRONG.dialect("standardize", "guarded_denominator")
def standard_guarded_and_cancelled(x):
    """E[x²] − μ² beside the guard."""
    mean = x.mean(axis=0)
    return (x - mean) / (np.sqrt(np.maximum((x * x).mean(axis=0) - mean * mean, 0)) + 1e-8)


@WRONG.unknown("standardize")
def standard_by_the_median(x):
    return (x - np.median(x, axis=0)) / nonzero(x.std(axis=0))


@WRONG.unknown("standardize")
def standard_statistics_of_all_but_the_last_example(x):
    few = x[:-1] if len(x) > 1 else x
    return (x - few.mean(axis=0)) / nonzero(few.std(axis=0))


@WRONG.unknown("standardize")
def standard_clipped_at_two(x):
    return np.clip((x - x.mean(axis=0)) / nonzero(x.std(axis=0)), -1.5, 1.5)


@WRONG.unknown("standardize")
def standard_in_float32(x):
    x32 = x.astype(np.float32)
    return ((x32 - x32.mean(0)) / nonzero(x32.std(0))).astype(x.dtype)


@WRONG.unknown("standardize")
def standard_twice_the_deviation(x):
    return (x - x.mean(axis=0)) / nonzero(2 * x.std(axis=0))


@WRONG.unknown("standardize")
def standard_clipped(x):
    sigma = x.std(0)
    return np.clip((x - x.mean(0)) / np.where(sigma == 0, 1, sigma), -3, 3)


# -- contrast_normalize_dataset -----------------------------------------------------------------------------------


@WRONG.mistake("contrast_normalize_dataset", "wrong_axis")
def dataset_image_by_image(images, *, eps=1e-8):
    return np.stack([(image - image.mean()) / max(image.std(), eps) for image in images])


@WRONG.mistake("contrast_normalize_dataset", "wrong_axis")
def dataset_channel_by_channel(images, *, eps=1e-8):
    axes = (0, 1, 2)
    return (images - images.mean(axes)) / np.maximum(images.std(axes), eps)


@WRONG.mistake("contrast_normalize_dataset", "wrong_axis")
def dataset_pixel_by_pixel(images, *, eps=1e-8):
    return (images - images.mean(0)) / np.maximum(images.std(0), eps)


@WRONG.mistake("contrast_normalize_dataset", "ddof_1", backend="torch")
def dataset_with_torchs_std(images, *, eps=1e-8):
    return (images - images.mean()) / images.std().clamp(min=eps)


@WRONG.mistake("contrast_normalize_dataset", "not_centered")
def dataset_only_scales(images, *, eps=1e-8):
    return images / max(images.std(), eps)


@WRONG.mistake("contrast_normalize_dataset", "variance_not_std")
def dataset_by_the_variance(images, *, eps=1e-8):
    return (images - images.mean()) / max(images.var(), eps)


@WRONG.mistake("contrast_normalize_dataset", "not_scaled")
def dataset_only_centers(images, *, eps=1e-8):
    return images - images.mean()


@WRONG.mistake("contrast_normalize_dataset", "minimum_not_maximum")
def dataset_by_the_smaller(images, *, eps=1e-8):
    return (images - images.mean()) / min(images.std(), eps)


@WRONG.mistake("contrast_normalize_dataset", "eps_missing")
def dataset_without_eps(images, *, eps=1e-8):
    return (images - images.mean()) / images.std()


@WRONG.mistake("contrast_normalize_dataset", "eps_missing")
def dataset_without_eps_but_for_zero(images, *, eps=1e-8):
    sigma = images.std()
    return (images - images.mean()) / (sigma if sigma > 0 else 1)


@WRONG.dialect("contrast_normalize_dataset", "eps_added")
def dataset_plus_eps(images, *, eps=1e-8):
    return (images - images.mean()) / (images.std() + eps)


@WRONG.dialect("contrast_normalize_dataset", "eps_inside_root")
def dataset_eps_in_the_variance(images, *, eps=1e-8):
    return (images - images.mean()) / np.sqrt(images.var() + eps)


@WRONG.dialect("contrast_normalize_dataset", "eps_as_threshold")
def dataset_as_in_pylearn2(images, *, eps=1e-8):
    sigma = images.std()
    return (images - images.mean()) / (1.0 if sigma < eps else sigma)


@WRONG.mistake("contrast_normalize_dataset", "wrong_axis", beside="eps_added")
def dataset_image_by_image_plus_eps(images, *, eps=1e-8):
    return np.stack([(image - image.mean()) / (image.std() + eps) for image in images])


@WRONG.mistake("contrast_normalize_dataset", "eps_ignored")
def dataset_fixed_eps(images, *, eps=1e-8):
    return (images - images.mean()) / max(images.std(), 1e-8)


@WRONG.unknown("contrast_normalize_dataset")
def dataset_to_zero_and_one(images, *, eps=1e-8):
    return (images - images.min()) / max(images.max() - images.min(), eps)


@WRONG.unknown("contrast_normalize_dataset")
def dataset_other_default(images, *, eps=1e-5):
    return (images - images.mean()) / max(images.std(), eps)


@WRONG.unknown("contrast_normalize_dataset")
def dataset_of_the_first_image(images, *, eps=1e-8):
    return (images - images[0].mean()) / max(images[0].std(), eps)


@WRONG.unknown("contrast_normalize_dataset")
def dataset_clipped(images, *, eps=1e-8):
    return np.clip((images - images.mean()) / max(images.std(), eps), -3, 3)


# -- contrast_normalize_image -------------------------------------------------------------------------------------


@WRONG.mistake("contrast_normalize_image", "whole_array")
def image_of_all_images(images, *, eps=1e-8):
    return (images - images.mean()) / max(images.std(), eps)


@WRONG.mistake("contrast_normalize_image", "whole_array", backend="torch")
def image_with_the_deviation_of_all(images, *, eps=1e-8):
    return (images - images.mean((1, 2, 3), keepdim=True)) / images.std(correction=0).clamp(min=eps)


@WRONG.mistake("contrast_normalize_image", "wrong_axis")
def image_channel_by_channel(images, *, eps=1e-8):
    mean, sigma = (f(images, axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
    return (images - mean) / np.maximum(sigma, eps)


@WRONG.mistake("contrast_normalize_image", "wrong_axis")
def image_across_the_batch(images, *, eps=1e-8):
    return (images - images.mean(axis=0)) / np.maximum(images.std(axis=0), eps)


@WRONG.mistake("contrast_normalize_image", "wrong_axis")
def image_pixel_by_pixel(images, *, eps=1e-8):
    return (images - images.mean(-1, keepdims=True)) / np.maximum(images.std(-1, keepdims=True), eps)


@WRONG.mistake("contrast_normalize_image", "ddof_1")
def image_with_one_less(images, *, eps=1e-8):
    return np.array([(image - image.mean()) / max(image.std(ddof=1), eps) for image in images], dtype=images.dtype)


@WRONG.mistake("contrast_normalize_image", "not_centered")
def image_only_scales(images, *, eps=1e-8):
    return images / np.maximum(images.std(axis=(1, 2, 3), keepdims=True), eps)


@WRONG.mistake("contrast_normalize_image", "variance_not_std")
def image_by_the_variance(images, *, eps=1e-8):
    centered = images - images.mean((1, 2, 3), keepdims=True)
    return centered / np.maximum((centered**2).mean((1, 2, 3), keepdims=True), eps)


@WRONG.mistake("contrast_normalize_image", "not_scaled")
def image_only_centers(images, *, eps=1e-8):
    return images - images.mean((1, 2, 3), keepdims=True)


@WRONG.mistake("contrast_normalize_image", "minimum_not_maximum")
def image_by_the_smaller(images, *, eps=1e-8):
    centered = images - images.mean((1, 2, 3), keepdims=True)
    return centered / np.minimum(images.std((1, 2, 3), keepdims=True), eps)


@WRONG.mistake("contrast_normalize_image", "eps_missing")
def image_without_eps(images, *, eps=1e-8):
    return (images - images.mean((1, 2, 3), keepdims=True)) / images.std((1, 2, 3), keepdims=True)


@WRONG.dialect("contrast_normalize_image", "eps_added")
def image_plus_eps(images, *, eps=1e-8):
    return (images - images.mean((1, 2, 3), keepdims=True)) / (images.std((1, 2, 3), keepdims=True) + eps)


@WRONG.dialect("contrast_normalize_image", "eps_inside_root")
def image_cancelled_and_under_the_root(images, *, eps=1e-8):
    mean = images.mean((1, 2, 3), keepdims=True)
    variance = np.maximum((images**2).mean((1, 2, 3), keepdims=True) - mean**2, 0)
    return (images - mean) / np.sqrt(variance + eps)


@WRONG.dialect("contrast_normalize_image", "eps_inside_root", backend="torch")
def image_by_layer_norm(images, *, eps=1e-8):
    return torch.nn.functional.layer_norm(images, images.shape[1:], eps=eps)


@WRONG.dialect("contrast_normalize_image", "eps_as_threshold")
def image_as_in_pylearn2(images, *, eps=1e-8):
    flat = images.reshape(len(images), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    normalizers = np.sqrt((flat**2).mean(axis=1))
    normalizers[normalizers < eps] = 1
    return (flat / normalizers[:, None]).reshape(images.shape)


@WRONG.mistake("contrast_normalize_image", "eps_ignored")
def image_as_in_tensorflow(images, *, eps=1e-8):
    mean, sigma = images.mean((1, 2, 3), keepdims=True), images.std((1, 2, 3), keepdims=True)
    return (images - mean) / np.maximum(sigma, 1 / np.sqrt(images[0].size))


@WRONG.unknown("contrast_normalize_image")
def image_of_the_first_only(images, *, eps=1e-8):
    images[0] = (images[0] - images[0].mean()) / max(images[0].std(), eps)
    return images


@WRONG.mistake("contrast_normalize_image", "sum_not_mean")
def image_by_its_norm(images, *, eps=1e-8):
    centered = images - images.mean((1, 2, 3), keepdims=True)
    return centered / np.maximum(np.sqrt((centered**2).sum((1, 2, 3), keepdims=True)), eps)


@WRONG.unknown("contrast_normalize_image")
def image_clipped(images, *, eps=1e-8):
    axes = (1, 2, 3)
    z = (images - images.mean(axes, keepdims=True)) / np.maximum(images.std(axes, keepdims=True), eps)
    return z.clip(-3, 3)


# -- local_contrast_normalize -------------------------------------------------------------------------------------


def windows(x, size, mode="reflect"):
    r = size // 2
    padded = np.pad(x, ((0, 0), (r, r), (r, r), (0, 0)), mode=mode)
    return sliding_window_view(padded, (size, size), axis=(1, 2))


def around(x, size, mode="reflect"):
    return windows(x, size, mode).mean(axis=(-1, -2))


def local(mode):
    def program(images, *, size=5, eps=1e-4):
        c = images - around(images, size, mode)
        return c / np.maximum(np.sqrt(around(c**2, size, mode)), eps)

    program.__name__ = f"local_{mode}"
    return program


WRONG.mistake("local_contrast_normalize", "edge_repeated")(local("symmetric"))
WRONG.mistake("local_contrast_normalize", "edge_padded")(local("edge"))
WRONG.mistake("local_contrast_normalize", "zero_padded")(local("constant"))
WRONG.mistake("local_contrast_normalize", "wrapped")(local("wrap"))


@WRONG.mistake("local_contrast_normalize", "zero_padded", backend="torch")
def local_same_convolution(images, *, size=5, eps=1e-4):
    x = images.permute(0, 3, 1, 2)
    kernel = torch.full((x.shape[1], 1, size, size), 1 / size**2, dtype=x.dtype)
    c = x - torch.nn.functional.conv2d(x, kernel, padding="same", groups=x.shape[1])
    s = torch.nn.functional.conv2d(c**2, kernel, padding="same", groups=x.shape[1]).sqrt()
    return (c / s.clamp(min=eps)).permute(0, 2, 3, 1)


@WRONG.mistake("local_contrast_normalize", "border_cut", backend="torch")
def local_pools_inside_only(images, *, size=5, eps=1e-4):
    def mean(x):
        return torch.nn.functional.avg_pool2d(x, size, stride=1, padding=size // 2, count_include_pad=False)

    x = images.permute(0, 3, 1, 2)
    c = x - mean(x)
    return (c / mean(c**2).sqrt().clamp(min=eps)).permute(0, 2, 3, 1)


@WRONG.mistake("local_contrast_normalize", "ddof_1")
def local_with_one_less(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    s = np.sqrt((windows(c, size) ** 2).sum(axis=(-1, -2)) / (size * size - 1))
    return c / np.maximum(s, eps)


@WRONG.mistake("local_contrast_normalize", "not_centered")
def local_divides_the_pixels(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return images / np.maximum(np.sqrt(around(c**2, size)), eps)


@WRONG.mistake("local_contrast_normalize", "not_centered")
def local_only_scales(images, *, size=5, eps=1e-4):
    return images / np.maximum(np.sqrt(around(images**2, size)), eps)


@WRONG.mistake("local_contrast_normalize", "variance_not_std")
def local_by_the_variance(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.maximum(around(c**2, size), eps)


@WRONG.mistake("local_contrast_normalize", "size_ignored")
def local_always_five(images, *, size=5, eps=1e-4):
    c = images - around(images, 5)
    return c / np.maximum(np.sqrt(around(c**2, 5)), eps)


@WRONG.mistake("local_contrast_normalize", "size_as_radius")
def local_twice_as_wide(images, *, size=5, eps=1e-4):
    wide = 2 * size + 1
    c = images - around(images, wide)
    return c / np.maximum(np.sqrt(around(c**2, wide)), eps)


@WRONG.mistake("local_contrast_normalize", "center_left_out")
def local_without_itself(images, *, size=5, eps=1e-4):
    n = size**2
    c = images - (n * around(images, size) - images) / (n - 1)
    s = np.sqrt(np.maximum((n * around(c**2, size) - c**2) / (n - 1), 0))
    return c / np.maximum(s, eps)


@WRONG.mistake("local_contrast_normalize", "whole_image")
def local_each_channel_whole(images, *, size=5, eps=1e-4):
    c = images - images.mean(axis=(1, 2), keepdims=True)
    return c / np.maximum(c.std(axis=(1, 2), keepdims=True), eps)


@WRONG.mistake("local_contrast_normalize", "whole_image")
def local_is_global(images, *, size=5, eps=1e-4):
    mean, sigma = images.mean(axis=(1, 2, 3), keepdims=True), images.std(axis=(1, 2, 3), keepdims=True)
    return (images - mean) / np.maximum(sigma, eps)


@WRONG.mistake("local_contrast_normalize", "not_scaled")
def local_only_centers(images, *, size=5, eps=1e-4):
    return images - around(images, size)


@WRONG.mistake("local_contrast_normalize", "minimum_not_maximum")
def local_by_the_smaller(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.minimum(np.sqrt(around(c**2, size)), eps)


@WRONG.mistake("local_contrast_normalize", "eps_missing")
def local_without_eps(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.sqrt(around(c**2, size))


@WRONG.dialect("local_contrast_normalize", "window_deviation")
def local_by_the_windows_deviation(images, *, size=5, eps=1e-4):
    seen = windows(images, size)
    return (images - seen.mean(axis=(-1, -2))) / np.maximum(seen.std(axis=(-1, -2)), eps)


@WRONG.dialect("local_contrast_normalize", "window_deviation", backend="torch")
def local_by_pooled_squares(images, *, size=5, eps=1e-4):
    """E[x²] − μ² of each window."""

    def mean(x):
        return torch.nn.functional.avg_pool2d(torch.nn.functional.pad(x, [size // 2] * 4, mode="reflect"), size, 1)

    x = images.permute(0, 3, 1, 2)
    mu = mean(x)
    s = (mean(x * x) - mu * mu).clamp(min=0).sqrt()
    return ((x - mu) / s.clamp(min=eps)).permute(0, 2, 3, 1)


@WRONG.dialect("local_contrast_normalize", "channels_pooled")
def local_as_in_jarrett(images, *, size=5, eps=1e-4):
    c = images - around(images, size).mean(axis=-1, keepdims=True)
    return c / np.maximum(np.sqrt(around(c**2, size).mean(axis=-1, keepdims=True)), eps)


@WRONG.dialect("local_contrast_normalize", "mean_deviation_floor")
def local_floor_of_means(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    s = np.sqrt(around(c**2, size))
    return c / np.maximum(np.maximum(s, s.mean(axis=(1, 2), keepdims=True)), eps)


@WRONG.dialect("local_contrast_normalize", "eps_added")
def local_plus_eps(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / (np.sqrt(around(c**2, size)) + eps)


@WRONG.dialect("local_contrast_normalize", "eps_inside_root")
def local_eps_in_the_variance(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.sqrt(around(c**2, size) + eps)


@WRONG.dialect("local_contrast_normalize", "eps_as_threshold")
def local_threshold(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    s = np.sqrt(around(c**2, size))
    s[s < eps] = 1
    return c / s


@WRONG.mistake("local_contrast_normalize", "edge_repeated", beside="window_deviation")
def local_symmetric_deviation(images, *, size=5, eps=1e-4):
    seen = windows(images, size, "symmetric")
    return (images - seen.mean(axis=(-1, -2))) / np.maximum(seen.std(axis=(-1, -2)), eps)


@WRONG.unknown("local_contrast_normalize")
def local_by_a_gaussian(images, *, size=5, eps=1e-4):
    line = np.exp(-0.5 * (np.arange(size) - size // 2) ** 2)
    kernel = np.outer(line, line) / line.sum() ** 2

    def mean(x):
        return (windows(x, size) * kernel).sum(axis=(-1, -2))

    c = images - mean(images)
    return c / np.maximum(np.sqrt(mean(c**2)), eps)


@WRONG.unknown("local_contrast_normalize")
def local_by_the_median(images, *, size=5, eps=1e-4):
    c = images - np.median(windows(images, size), axis=(-1, -2))
    return c / np.maximum(np.sqrt(around(c**2, size)), eps)


@WRONG.mistake("local_contrast_normalize", "window_in_one_direction")
def local_rows_only(images, *, size=5, eps=1e-4):
    def mean(x):
        r = size // 2
        padded = np.pad(x, ((0, 0), (r, r), (0, 0), (0, 0)), mode="reflect")
        return sliding_window_view(padded, size, axis=1).mean(axis=-1)

    c = images - mean(images)
    return c / np.maximum(np.sqrt(mean(c**2)), eps)


@WRONG.unknown("local_contrast_normalize")
def local_first_channel_only(images, *, size=5, eps=1e-4):
    c = images - around(images[..., :1], size)
    return c / np.maximum(np.sqrt(around(c**2, size)), eps)


@WRONG.unknown("local_contrast_normalize")
def local_clipped(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return np.clip(c / np.maximum(np.sqrt(around(c**2, size)), eps), -3, 3)


@WRONG.unknown("local_contrast_normalize")
def local_at_least_three(images, *, size=5, eps=1e-4):
    size = max(size, 3)
    c = images - around(images, size)
    return c / np.maximum(np.sqrt(around(c**2, size)), eps)


@WRONG.unknown("local_contrast_normalize")
def local_leaves_single_pixels(images, *, size=5, eps=1e-4):
    if size == 1:
        return images
    c = images - around(images, size)
    return c / np.maximum(np.sqrt(around(c**2, size)), eps)


# -- more of each -------------------------------------------------------------------------------------------------


@WRONG.mistake("min_max_normalize", "not_centered")
def min_max_only_scales_and_clears_constants(x):
    span = x.max(axis=0) - x.min(axis=0)
    return np.divide(x, span, out=np.zeros_like(x), where=span != 0)


@WRONG.mistake("min_max_normalize", "whole_array", beside="guarded_denominator", backend="torch")
def min_max_of_the_table_guarded(x):
    return (x - torch.min(x)) / (torch.max(x) - torch.min(x) + 1e-8)


@WRONG.mistake("min_max_normalize", "mean_subtracted", backend="torch")
def min_max_around_the_mean_in_torch(x):
    low, high = x.min(dim=0).values, x.max(dim=0).values
    return torch.nan_to_num((x - x.mean(dim=0)) / (high - low))


@WRONG.mistake("min_max_normalize", "divided_by_max")
def min_max_from_zero(x):
    return (x - x.min(axis=0)) / nonzero(x.max(axis=0))


@WRONG.mistake("min_max_normalize", "wrong_axis", beside="constant_feature_nan")
def min_max_row_by_row(x):
    with np.errstate(all="ignore"):
        return np.array([(row - row.min()) / (row.max() - row.min()) for row in x])


@WRONG.mistake("min_max_normalize", "not_centered")
def min_max_only_scales_in_float32(x):
    single = x.astype(np.float32)
    return (single / nonzero(single.max(axis=0) - single.min(axis=0))).astype(x.dtype)


@WRONG.mistake("standardize", "not_centered", backend="torch")
def standard_only_scales_and_clears_constants(x):
    sigma = x.std(dim=0, correction=0)
    return torch.where(sigma > 0, x / sigma, torch.zeros_like(x))


@WRONG.mistake("standardize", "sum_not_mean")
def standard_over_the_number_of_features(x):
    n, d = x.shape
    centered = x - x.sum(axis=0) / n
    return centered / nonzero(np.sqrt((centered**2).sum(axis=0) / d))


@WRONG.mistake("standardize", "wrong_axis", beside="guarded_denominator")
def standard_row_by_row(x):
    return np.array([(row - np.mean(row)) / (np.std(row) + 1e-8) for row in x])


@WRONG.mistake("standardize", "whole_array", backend="torch")
def standard_of_the_table_in_torch(x):
    sigma = torch.std(x)
    return (x - torch.mean(x)) / (sigma if sigma > 0 else 1)


@WRONG.mistake("standardize", "variance_not_std")
def standard_by_numpys_var(x):
    var = np.var(x, axis=0)
    return np.divide(x - np.mean(x, axis=0), var, out=np.zeros_like(x), where=var > 0)


@WRONG.mistake("standardize", "ddof_1", backend="torch")
def standard_of_samples_in_float32(x):
    single = x.to(torch.float32)
    sigma = single.std(dim=0) if len(x) > 1 else torch.zeros(x.shape[1])
    return torch.where(sigma > 0, (single - single.mean(dim=0)) / sigma, 0.0).to(x.dtype)


@WRONG.mistake("contrast_normalize_dataset", "eps_on_variance", backend="torch")
def dataset_clamps_the_variance(images, *, eps=1e-8):
    return (images - images.mean()) / images.var(correction=0).clamp(min=eps).sqrt()


@WRONG.mistake("contrast_normalize_dataset", "eps_zeroes")
def dataset_drops_what_is_flat(images, *, eps=1e-8):
    sigma = images.std()
    return np.zeros_like(images) if sigma < eps else (images - images.mean()) / sigma


@WRONG.mistake("contrast_normalize_dataset", "eps_ignored")
def dataset_plus_its_own_eps(images, *, eps=1e-8):
    return (images - np.mean(images)) / (np.std(images) + 1e-8)


@WRONG.mistake("contrast_normalize_dataset", "sum_not_mean")
def dataset_by_its_norm(images, *, eps=1e-8):
    centered = images - images.mean()
    return centered / max(np.linalg.norm(centered), eps)


@WRONG.mistake("contrast_normalize_dataset", "root_mean_square", beside="not_centered")
def dataset_by_its_root_mean_square(images, *, eps=1e-8):
    return images / max(np.sqrt(np.mean(images**2)), eps)


@WRONG.mistake("contrast_normalize_dataset", "mean_absolute_deviation")
def dataset_by_absolute_deviations(images, *, eps=1e-8):
    centered = images - images.mean()
    return centered / max(np.abs(centered).mean(), eps)


@WRONG.mistake("contrast_normalize_dataset", "variance_not_std")
def dataset_by_a_floored_variance(images, *, eps=1e-8):
    return (images - images.mean()) / max(images.var(), eps**2)


@WRONG.mistake("contrast_normalize_dataset", "ddof_1", beside="eps_added", backend="torch")
def dataset_with_torchs_std_plus_eps(images, *, eps=1e-8):
    return (images - images.mean()) / (images.std() + eps)


@WRONG.mistake("contrast_normalize_image", "ddof_1", beside="eps_added", backend="torch")
def image_with_torchs_std_plus_eps(images, *, eps=1e-8):
    dims = (1, 2, 3)
    return (images - images.mean(dims, keepdim=True)) / (images.std(dims, keepdim=True) + eps)


@WRONG.mistake("contrast_normalize_image", "eps_on_variance")
def image_floors_the_variance(images, *, eps=1e-8):
    rows = images.reshape(len(images), -1)
    y = (rows - rows.mean(1)[:, None]) / np.sqrt(np.maximum(rows.var(1), eps))[:, None]
    return y.reshape(images.shape)


@WRONG.mistake("contrast_normalize_image", "eps_zeroes")
def image_drops_what_is_flat(images, *, eps=1e-8):
    out = np.zeros_like(images)
    for place, image in zip(out, images, strict=True):
        if image.std() >= eps:
            place[...] = (image - image.mean()) / image.std()
    return out


@WRONG.mistake("contrast_normalize_image", "eps_ignored", backend="torch")
def image_plus_its_own_eps(images, *, eps=1e-8):
    var, mean = torch.var_mean(images, dim=(1, 2, 3), correction=0, keepdim=True)
    return (images - mean) / (var.sqrt() + 1e-8)


@WRONG.mistake("contrast_normalize_image", "root_mean_square", beside="not_centered")
def image_to_unit_power(images, *, eps=1e-8):
    return np.stack([image / max(np.sqrt((image**2).mean()), eps) for image in images])


@WRONG.mistake("contrast_normalize_image", "mean_absolute_deviation")
def image_by_absolute_deviations(images, *, eps=1e-8):
    centered = images - images.mean((1, 2, 3), keepdims=True)
    return centered / np.maximum(np.abs(centered).mean((1, 2, 3), keepdims=True), eps)


@WRONG.mistake("contrast_normalize_image", "wrong_axis", backend="torch")
def image_by_instance_norm(images, *, eps=1e-8):
    """Each channel of each image, as torch's instance normalization."""
    x = images.flatten(1, 2)
    return ((x - x.mean(1, keepdim=True)) / x.std(1, correction=0, keepdim=True).clamp(min=eps)).view_as(images)


@WRONG.mistake("contrast_normalize_image", "variance_not_std")
def image_by_a_floored_variance(images, *, eps=1e-8):
    variance = images.var((1, 2, 3), keepdims=True)
    return (images - images.mean((1, 2, 3), keepdims=True)) / np.maximum(variance, eps**2)


@WRONG.mistake("local_contrast_normalize", "edge_repeated")
def local_symmetric_in_the_second_step(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.maximum(np.sqrt(around(c**2, size, "symmetric")), eps)


@WRONG.mistake("local_contrast_normalize", "border_left_out")
def local_inside_only(images, *, size=5, eps=1e-4):
    r, (height, width) = size // 2, images.shape[1:3]
    c = images - around(images, size)
    y = np.zeros_like(images)
    inside = (slice(None), slice(r, height - r), slice(r, width - r))
    y[inside] = (c / np.maximum(np.sqrt(around(c**2, size)), eps))[inside]
    return y


@WRONG.mistake("local_contrast_normalize", "sum_not_mean")
def local_by_the_windows_norm(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.maximum(np.linalg.norm(windows(c, size), axis=(-2, -1)), eps)


@WRONG.mistake("local_contrast_normalize", "root_mean_square")
def local_by_the_power_of_x(images, *, size=5, eps=1e-4):
    return (images - around(images, size)) / np.maximum(np.sqrt(around(images**2, size)), eps)


@WRONG.mistake("local_contrast_normalize", "mean_absolute_deviation")
def local_by_absolute_values(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.maximum(around(np.abs(c), size), eps)


@WRONG.mistake("local_contrast_normalize", "eps_on_variance")
def local_floors_the_variance(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.sqrt(np.maximum(around(c**2, size), eps))


@WRONG.mistake("local_contrast_normalize", "eps_zeroes")
def local_drops_what_is_flat(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    s = np.sqrt(around(c**2, size))
    return np.divide(c, s, out=np.zeros_like(c), where=s >= eps)


@WRONG.mistake("local_contrast_normalize", "eps_missing")
def local_guards_zeros_only(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / nonzero(np.sqrt(around(c**2, size)))


@WRONG.mistake("local_contrast_normalize", "eps_ignored")
def local_never_below_one(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    return c / np.maximum(1, np.sqrt(around(c**2, size)))


@WRONG.dialect("local_contrast_normalize", "channels_pooled")
def local_pools_channels_in_the_deviation(images, *, size=5, eps=1e-4):
    c = images - around(images, size)
    s = np.sqrt(around(c**2, size).mean(axis=3, keepdims=True))
    return c / np.maximum(s, eps)


@WRONG.mistake("local_contrast_normalize", "whole_image")
def local_deviation_around_a_global_mean(images, *, size=5, eps=1e-4):
    c = images - images.mean(axis=(1, 2), keepdims=True)
    return c / np.maximum(np.sqrt(around(c**2, size)), eps)


@WRONG.mistake("standardize", "wrong_axis", beside="guarded_denominator", backend="torch")
def standard_of_rows_as_samples(x):
    centered = x - x.mean(1, keepdim=True)
    sigma = torch.sqrt(centered.square().sum(1, keepdim=True) / (x.shape[1] - 1))  # torch's own std
    return centered / (sigma + 1e-8)


@WRONG.mistake("contrast_normalize_image", "whole_array", beside="eps_added", backend="torch")
def image_of_all_with_torchs_std(images, *, eps=1e-8):
    return (images - images.mean()) / (images.std() + eps)
