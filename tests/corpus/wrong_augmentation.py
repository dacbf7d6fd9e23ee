"""Wrong image augmentations in students' own words, each with what it must be taken for."""

from __future__ import annotations

import numpy as np
import torch

from tests.corpus.forms import Forms

WRONG = Forms()

# -- horizontal flip ----------------------------------------------------------------------------------------------


@WRONG.mistake("horizontal_flip", "flips_vertically")
def flip_upside_down(images, flip):
    out = images.copy()
    for i in range(len(images)):
        if flip[i]:
            out[i] = np.flipud(images[i])
    return out


@WRONG.mistake("horizontal_flip", "flips_vertically", backend="torch")
def flip_torch_upside_down(images, flip):
    images[flip] = torch.flip(images[flip], [1])
    return images


@WRONG.mistake("horizontal_flip", "flips_all")
def flip_everything(images, flip):
    return np.flip(images, axis=2)


@WRONG.mistake("horizontal_flip", "flips_all")
def flip_everything_if_any(images, flip):
    return images[:, :, ::-1] if np.any(flip) else images


@WRONG.mistake("horizontal_flip", "flips_none")
def flip_a_copy(images, flip):
    chosen = images[flip]
    chosen[:] = chosen[:, :, ::-1].copy()
    return images


@WRONG.mistake("horizontal_flip", "flips_the_others")
def flip_where_not(images, flip):
    images[~flip] = images[~flip][:, :, ::-1]
    return images


@WRONG.mistake("horizontal_flip", "flips_by_the_first")
def flip_all_as_the_first(images, flip):
    if flip[0]:
        return np.stack([np.fliplr(x) for x in images])
    return images


@WRONG.mistake("horizontal_flip", "flips_channels", backend="torch")
def flip_the_last_axis(images, flip):
    return torch.where(flip[:, None, None, None], images.flip(-1), images)


@WRONG.mistake("horizontal_flip", "turned_around")
def flip_both_ways(images, flip):
    return np.array([np.rot90(x, 2) if f else x for x, f in zip(images, flip, strict=True)])


@WRONG.mistake("horizontal_flip", "images_reversed")
def flip_the_batch(images, flip):
    return np.where(flip[:, None, None, None], np.flip(images, 0), images)


@WRONG.unknown("horizontal_flip")
def flip_transposed_halves(images, flip):
    """Swaps the two halves instead of mirroring."""
    half = images.shape[2] // 2
    images[flip] = np.roll(images[flip], half, axis=2)
    return images


@WRONG.unknown("horizontal_flip")
def flip_all_but_the_last_column(images, flip):
    images[flip, :, :-1] = images[flip, :, -2::-1]
    return images


# -- pad and crop -------------------------------------------------------------------------------------------------


def padded(images, pad, **how):
    return np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), **how)


def cut(source, images, top, left):
    _, h, w, _ = images.shape
    return np.stack([p[t : t + h, s : s + w] for p, t, s in zip(source, top, left, strict=True)])


@WRONG.mistake("pad_and_crop", "offsets_swapped")
def crop_swapped(images, pad, top, left):
    return cut(padded(images, pad), images, left, top)


@WRONG.mistake("pad_and_crop", "edge_padded")
def crop_of_repeated_edges(images, pad, top, left):
    return cut(padded(images, pad, mode="edge"), images, top, left)


@WRONG.mistake("pad_and_crop", "edge_padded")
def crop_of_mirrored_edges(images, pad, top, left):
    return cut(padded(images, pad, mode="reflect"), images, top, left)


@WRONG.mistake("pad_and_crop", "edge_padded")
def crop_by_rolling_the_image(images, pad, top, left):
    return np.stack([np.roll(x, (pad - t, pad - s), axis=(0, 1)) for x, t, s in zip(images, top, left, strict=True)])


@WRONG.mistake("pad_and_crop", "edge_padded")
def crop_of_symmetric_edges(images, pad, top, left):
    return cut(padded(images, pad, mode="symmetric"), images, top, left)


@WRONG.mistake("pad_and_crop", "offsets_of_the_first")
def crop_all_as_the_first(images, pad, top, left):
    _, h, w, _ = images.shape
    return padded(images, pad)[:, top[0] : top[0] + h, left[0] : left[0] + w]


@WRONG.mistake("pad_and_crop", "offsets_ignored")
def crop_nothing(images, pad, top, left):
    return images


@WRONG.mistake("pad_and_crop", "offsets_ignored")
def crop_the_corner(images, pad, top, left):
    _, h, w, _ = images.shape
    return padded(images, pad)[:, :h, :w]


@WRONG.mistake("pad_and_crop", "one_offset_ignored")
def crop_rows_only(images, pad, top, left):
    return cut(padded(images, pad), images, top, np.full_like(left, pad))


@WRONG.mistake("pad_and_crop", "one_offset_ignored")
def crop_at_top_twice(images, pad, top, left):
    return cut(padded(images, pad), images, top, top)


@WRONG.mistake("pad_and_crop", "moved_the_other_way")
def crop_mirrored_offsets(images, pad, top, left):
    out = np.zeros_like(images)
    n, h, w, _ = images.shape
    for i in range(n):
        down, right = top[i] - pad, left[i] - pad
        rows, columns = slice(max(0, down), h + min(0, down)), slice(max(0, right), w + min(0, right))
        if rows.start < rows.stop and columns.start < columns.stop:
            out[i, rows, columns] = images[i, max(0, -down) : h - max(0, down), max(0, -right) : w - max(0, right)]
    return out


@WRONG.mistake("pad_and_crop", "not_cropped")
def crop_left_out(images, pad, top, left):
    return padded(images, pad)


@WRONG.unknown("pad_and_crop")
def crop_of_a_white_border(images, pad, top, left):
    return cut(padded(images, pad, constant_values=1), images, top, left)


@WRONG.unknown("pad_and_crop")
def crop_of_a_grey_border(images, pad, top, left):
    return cut(padded(images, pad, mode="mean"), images, top, left)


@WRONG.unknown("pad_and_crop")
def crop_a_pixel_further(images, pad, top, left):
    return cut(padded(images, pad + 1), images, top, left)


# -- quarter turns ------------------------------------------------------------------------------------------------


@WRONG.mistake("rotate90", "clockwise")
def turns_the_other_way(images, k):
    return np.stack([np.rot90(x, q, axes=(1, 0)) for x, q in zip(images, k, strict=True)])


@WRONG.mistake("rotate90", "clockwise", backend="torch")
def turns_torch_the_other_way(images, k):
    out = []
    for x, q in zip(images, k, strict=True):
        for _ in range(int(q) % 4):
            x = x.flip(0).transpose(0, 1)
        out.append(x)
    return torch.stack(out)


@WRONG.mistake("rotate90", "turned_by_the_first")
def turns_all_as_the_first(images, k):
    return np.rot90(images, k[0], axes=(1, 2))


@WRONG.mistake("rotate90", "turned_once")
def turns_once(images, k):
    return np.rot90(images, 1, axes=(1, 2))


@WRONG.mistake("rotate90", "turned_once")
def turns_once_or_not(images, k):
    turned = images.transpose(0, 2, 1, 3)[:, ::-1]
    return np.where((k != 0)[:, None, None, None], turned, images)


@WRONG.mistake("rotate90", "k_not_modulo")
def turns_from_one_to_three(images, k):
    out = images.copy()
    for i, q in enumerate(k):
        if q in (1, 2, 3):
            out[i] = np.rot90(images[i], q)
    return out


@WRONG.mistake("rotate90", "negative_k_ignored")
def turns_by_a_loop_over_k(images, k):
    out = images.copy()
    for i, q in enumerate(k):
        for _ in range(q):  # none for a negative one
            out[i] = np.rot90(out[i])
    return out


@WRONG.mistake("rotate90", "negative_k_positive")
def turns_by_the_size_of_k(images, k):
    return np.stack([np.rot90(x, q) for x, q in zip(images, np.abs(k), strict=True)])


@WRONG.mistake("rotate90", "transposed")
def turns_by_transposing(images, k):
    out = images.copy()
    for i, q in enumerate(k):
        for _ in range(q % 4):
            out[i] = out[i].transpose(1, 0, 2)
    return out


@WRONG.mistake("rotate90", "half_turns")
def turns_by_half(images, k):
    out = images.copy()
    for i, q in enumerate(k):
        for _ in range(q % 4):
            out[i] = out[i][::-1, ::-1]
    return out


@WRONG.unknown("rotate90")
def turns_the_columns_into_channels(images, k):
    return np.stack([np.rot90(x, q, axes=(1, 2)) if q % 2 == 0 else x for x, q in zip(images, k, strict=True)])


@WRONG.unknown("rotate90")
def turns_by_one_correction_of_k(images, k):
    """Adds or takes away four once, where only the remainder by four will do."""
    out = images.copy()
    for i, q in enumerate(k):
        q = q + 4 if q < 0 else q - 4 if q > 3 else q
        if 0 <= q <= 3:
            out[i] = np.rot90(images[i], q)
    return out


@WRONG.unknown("rotate90")
def turns_one_more(images, k):
    return np.stack([np.rot90(x, q + 1) for x, q in zip(images, k, strict=True)])


# -- brightness ---------------------------------------------------------------------------------------------------


@WRONG.mistake("adjust_brightness", "not_clipped")
def brighter_beyond_white(images, delta):
    return images + delta.reshape(-1, 1, 1, 1)


@WRONG.mistake("adjust_brightness", "not_clipped")
def brighter_clipped_and_forgotten(images, delta):
    y = images + delta.reshape(-1, 1, 1, 1)
    np.clip(y, 0, 1)
    return y


@WRONG.mistake("adjust_brightness", "clipped_at_one_end", backend="torch")
def brighter_rectified(images, delta):
    return torch.relu(images + delta.view(-1, 1, 1, 1))


@WRONG.mistake("adjust_brightness", "clipped_at_one_end")
def brighter_clipped_for_bytes(images, delta):
    return np.clip(images + delta[:, None, None, None], 0, 255)


@WRONG.mistake("adjust_brightness", "clipped_at_one_end")
def brighter_clipped_at_white(images, delta):
    y = images + delta[:, None, None, None]
    y[y > 1] = 1
    return y


@WRONG.mistake("adjust_brightness", "sign_flipped")
def darker(images, delta):
    return np.clip(images - delta[:, None, None, None], 0, 1)


@WRONG.mistake("adjust_brightness", "shifted_by_the_first")
def brighter_all_as_the_first(images, delta):
    return np.clip(images + delta[0], 0, 1)


@WRONG.mistake("adjust_brightness", "multiplied")
def brighter_by_a_factor(images, delta):
    return np.clip(images * (1 + delta).reshape(-1, 1, 1, 1), 0, 1)


@WRONG.mistake("adjust_brightness", "multiplied", backend="torch")
def brighter_by_delta_as_a_factor(images, delta):
    return torch.clamp(images * delta.view(-1, 1, 1, 1), 0, 1)


@WRONG.mistake("adjust_brightness", "stretched")
def brighter_and_stretched(images, delta):
    out = []
    for x, d in zip(images, delta, strict=True):
        y = x + d
        out.append((y - y.min()) / (y.max() - y.min()))
    return np.stack(out)


@WRONG.mistake("adjust_brightness", "clipped_at_one_end")
def brighter_clipped_to_minus_one(images, delta):
    return np.clip(images + delta[:, None, None, None], -1, 1)


@WRONG.unknown("adjust_brightness")
def brighter_after_stretching(images, delta):
    low, high = images.min(axis=(1, 2, 3), keepdims=True), images.max(axis=(1, 2, 3), keepdims=True)
    return np.clip((images - low) / (high - low) + delta[:, None, None, None], 0, 1)


@WRONG.unknown("adjust_brightness")
def brighter_after_dividing_by_the_largest(images, delta):
    return np.clip(images / images.max() + delta[:, None, None, None], 0, 1)


@WRONG.unknown("adjust_brightness")
def brighter_clipped_to_the_batch(images, delta):
    return np.clip(images + delta[:, None, None, None], images.min(), images.max())


@WRONG.unknown("adjust_brightness")
def brighter_clipped_to_each_image(images, delta):
    return np.stack([np.clip(x + d, x.min(), x.max()) for x, d in zip(images, delta, strict=True)])


@WRONG.unknown("adjust_brightness")
def brighter_by_the_mean_shift(images, delta):
    return np.clip(images + delta.mean(), 0, 1)


# -- contrast -----------------------------------------------------------------------------------------------------


def over_each(images):
    return images.mean(axis=(1, 2, 3), keepdims=True)


@WRONG.mistake("adjust_contrast", "not_clipped")
def contrast_beyond_white(images, factor):
    m = over_each(images)
    return (images - m) * factor[:, None, None, None] + m


@WRONG.mistake("adjust_contrast", "dataset_mean")
def contrast_from_one_mean(images, factor):
    m = images.mean()
    return np.clip(m + factor[:, None, None, None] * (images - m), 0, 1)


@WRONG.mistake("adjust_contrast", "dataset_mean", backend="torch")
def contrast_from_the_mean_image(images, factor):
    m = images.mean(0)
    return torch.clamp(m + factor.view(-1, 1, 1, 1) * (images - m), 0, 1)


@WRONG.mistake("adjust_contrast", "mean_of_parts")
def contrast_of_each_pixel(images, factor):
    grey = images.mean(-1, keepdims=True)
    return np.clip(grey + factor[:, None, None, None] * (images - grey), 0, 1)


@WRONG.mistake("adjust_contrast", "mean_of_parts")
def contrast_of_each_row(images, factor):
    m = images.mean(axis=(2, 3), keepdims=True)
    f = factor[:, None, None, None]
    return np.clip((1 - f) * m + f * images, 0, 1)


@WRONG.mistake("adjust_contrast", "fixed_grey")
def contrast_around_a_half(images, factor):
    return np.clip(0.5 + factor[:, None, None, None] * (images - 0.5), 0, 1)


@WRONG.mistake("adjust_contrast", "mean_not_added")
def contrast_without_the_mean(images, factor):
    return np.clip(factor[:, None, None, None] * (images - over_each(images)), 0, 1)


@WRONG.mistake("adjust_contrast", "multiplied")
def contrast_of_the_pixels(images, factor):
    return np.clip(factor[:, None, None, None] * images, 0, 1)


@WRONG.mistake("adjust_contrast", "multiplied", backend="torch")
def contrast_of_the_pixels_from_the_mean(images, factor):
    m = images.mean(dim=(1, 2, 3), keepdim=True)
    return torch.clamp(m + factor.view(-1, 1, 1, 1) * images, 0, 1)


@WRONG.mistake("adjust_contrast", "clipped_at_one_end")
def contrast_clipped_for_bytes(images, factor):
    m = over_each(images)
    return np.clip(m + factor[:, None, None, None] * (images - m), 0, 255)


@WRONG.mistake("adjust_contrast", "clipped_too_early")
def contrast_of_a_clipped_distance(images, factor):
    m = over_each(images)
    return m + np.clip((images - m) * factor[:, None, None, None], 0, 1)


@WRONG.mistake("adjust_contrast", "factor_of_the_first")
def contrast_all_as_the_first(images, factor):
    m = over_each(images)
    return np.clip(m + factor[0] * (images - m), 0, 1)


@WRONG.mistake("adjust_contrast", "factor_from_zero")
def contrast_added(images, factor):
    return np.clip(images + factor[:, None, None, None] * (images - over_each(images)), 0, 1)


@WRONG.mistake("adjust_contrast", "blend_swapped")
def contrast_blended_the_other_way(images, factor):
    f = factor[:, None, None, None]
    return np.clip(f * over_each(images) + (1 - f) * images, 0, 1)


@WRONG.dialect("adjust_contrast", "mean_per_channel")
def contrast_of_each_channel(images, factor):
    m = images.mean(axis=(1, 2), keepdims=True)
    return np.clip(m + factor[:, None, None, None] * (images - m), 0, 1)


@WRONG.mistake("adjust_contrast", "not_clipped", beside="mean_per_channel")
def contrast_as_tensorflow_has_it(images, factor):
    m = images.mean(axis=(1, 2), keepdims=True)
    return m + factor[:, None, None, None] * (images - m)


@WRONG.dialect("adjust_contrast", "grey_mean", backend="torch")
def contrast_as_torchvision_has_it(images, factor):
    weights = torch.tensor([0.299, 0.587, 0.114], dtype=images.dtype)
    grey = images @ weights if images.shape[3] == 3 else images[..., 0]
    m = grey.mean(dim=(1, 2)).view(-1, 1, 1, 1)
    f = factor.view(-1, 1, 1, 1)
    return (f * images + (1 - f) * m).clamp(0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_after_stretching(images, factor):
    out = []
    for x, f in zip(images, factor, strict=True):
        x = (x - x.min()) / (x.max() - x.min())
        out.append(np.clip(x.mean() + f * (x - x.mean()), 0, 1))
    return np.stack(out)


@WRONG.unknown("adjust_contrast")
def contrast_after_dividing_by_the_largest(images, factor):
    x = images / images.max()
    return np.clip(over_each(x) + factor[:, None, None, None] * (x - over_each(x)), 0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_clipped_to_the_batch(images, factor):
    m = over_each(images)
    return np.clip(m + factor[:, None, None, None] * (images - m), images.min(), images.max())


@WRONG.unknown("adjust_contrast")
def contrast_clipped_to_each_image(images, factor):
    out = [np.clip(x.mean() + f * (x - x.mean()), x.min(), x.max()) for x, f in zip(images, factor, strict=True)]
    return np.stack(out)


@WRONG.unknown("adjust_contrast")
def contrast_never_negative(images, factor):
    m = over_each(images)
    return np.clip(m + np.maximum(factor, 0)[:, None, None, None] * (images - m), 0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_by_the_size_of_the_factor(images, factor):
    m = over_each(images)
    return np.clip(m + np.abs(factor)[:, None, None, None] * (images - m), 0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_around_the_middle_of_the_range(images, factor):
    m = (images.min(axis=(1, 2, 3), keepdims=True) + images.max(axis=(1, 2, 3), keepdims=True)) / 2
    return np.clip(m + factor[:, None, None, None] * (images - m), 0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_from_the_darkest_pixel(images, factor):
    m = images.min(axis=(1, 2, 3), keepdims=True)
    return np.clip(m + factor[:, None, None, None] * (images - m), 0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_around_the_median(images, factor):
    m = np.median(images, axis=(1, 2, 3), keepdims=True)
    return np.clip(m + factor[:, None, None, None] * (images - m), 0, 1)


@WRONG.unknown("adjust_contrast")
def contrast_of_the_standard_score(images, factor):
    m = over_each(images)
    z = (images - m) / images.std(axis=(1, 2, 3), keepdims=True)
    return np.clip(m + factor[:, None, None, None] * z, 0, 1)
