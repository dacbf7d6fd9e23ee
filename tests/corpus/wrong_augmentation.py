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


@WRONG.mistake("rotate90", "one_turn_more")
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


@WRONG.mistake("adjust_brightness", "mean_shift")
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


@WRONG.mistake("adjust_contrast", "middle_for_mean")
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


# -- more of each -------------------------------------------------------------------------------------------------


@WRONG.mistake("horizontal_flip", "half_mirrored")
def flip_overwrites_what_it_reads(images, flip):
    width = images.shape[2]
    for i in np.flatnonzero(flip):
        for w in range(width):
            images[i, :, w] = images[i, :, width - 1 - w]
    return images


@WRONG.mistake("horizontal_flip", "index_off_by_one")
def flip_by_negative_indices(images, flip):
    out = images.copy()
    for i in np.flatnonzero(flip):
        for w in range(images.shape[2]):
            out[i, :, w] = images[i, :, -w]
    return out


@WRONG.mistake("horizontal_flip", "only_flipped_returned")
def flip_returns_the_flipped(images, flip):
    return images[flip][:, :, ::-1]


@WRONG.mistake("horizontal_flip", "flips_all", backend="torch")
def flip_if_any_in_torch(images, flip):
    return images.flip(2) if flip.any() else images


@WRONG.mistake("horizontal_flip", "flips_vertically", backend="torch")
def flip_rows_in_torch(images, flip):
    return torch.stack([image.flip(0) if each else image for image, each in zip(images, flip, strict=True)])


@WRONG.mistake("horizontal_flip", "flips_channels", backend="torch")
def flip_as_if_channels_came_first(images, flip):
    return torch.where(flip[:, None, None, None], images.flip(-1), images)


@WRONG.mistake("horizontal_flip", "flips_none")
def flip_loses_its_result(images, flip):
    for image, each in zip(images, flip, strict=True):
        if each:
            image = np.fliplr(image)
    return images


@WRONG.mistake("horizontal_flip", "flips_the_others")
def flip_by_the_inverted_flag(images, flip):
    return np.array([image if each else np.fliplr(image) for image, each in zip(images, flip, strict=True)])


@WRONG.mistake("pad_and_crop", "pad_ignored")
def crop_with_a_border_of_four(images, pad, top, left):
    padded = np.pad(images, ((0, 0), (4, 4), (4, 4), (0, 0)))
    _, height, width, _ = images.shape
    return np.stack([p[t : t + height, s : s + width] for p, t, s in zip(padded, top, left, strict=True)])


@WRONG.mistake("pad_and_crop", "edge_padded", backend="torch")
def crop_reflects_in_torch(images, pad, top, left):
    _, height, width, _ = images.shape
    rows = (torch.arange(height)[None] + top[:, None] - pad) % height
    columns = (torch.arange(width)[None] + left[:, None] - pad) % width
    return images[torch.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]


@WRONG.mistake("pad_and_crop", "offsets_swapped", backend="torch")
def crop_width_first(images, pad, top, left):
    padded = torch.nn.functional.pad(images, (0, 0, pad, pad, pad, pad))
    _, height, width, _ = images.shape
    cuts = [p[y : y + height, x : x + width] for p, x, y in zip(padded, top, left, strict=True)]
    return torch.stack(cuts)


@WRONG.mistake("pad_and_crop", "offsets_of_the_first")
def crop_the_batch_at_once(images, pad, top, left):
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    t, s = int(top[0]), int(left[0])
    return padded[:, t : t + images.shape[1], s : s + images.shape[2]]


@WRONG.mistake("pad_and_crop", "one_offset_ignored")
def crop_uses_top_twice(images, pad, top, left):
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    _, height, width, _ = images.shape
    return np.stack([padded[i, t : t + height, t : t + width] for i, t in enumerate(top)])


@WRONG.mistake("pad_and_crop", "moved_the_other_way")
def crop_moves_the_image_by_the_offset(images, pad, top, left):
    _, height, width, _ = images.shape
    out = np.zeros_like(images)
    canvas = np.zeros((height + 4 * pad, width + 4 * pad, images.shape[3]), images.dtype)
    for i in range(len(images)):
        canvas[...] = 0
        canvas[pad + top[i] : pad + top[i] + height, pad + left[i] : pad + left[i] + width] = images[i]
        out[i] = canvas[2 * pad : 2 * pad + height, 2 * pad : 2 * pad + width]
    return out


@WRONG.unknown("pad_and_crop")
def crop_pads_below_and_right(images, pad, top, left):
    padded = np.pad(images, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))
    _, height, width, _ = images.shape
    return np.stack([p[t : t + height, s : s + width] for p, t, s in zip(padded, top, left, strict=True)])


@WRONG.mistake("rotate90", "clockwise", beside="k_not_modulo")
def turns_by_three_cases(images, k):
    out = images.copy()
    for i, turns in enumerate(k):
        if turns in (1, 2, 3):
            out[i] = np.rot90(images[i], -turns)
    return out


@WRONG.mistake("rotate90", "clockwise", backend="torch")
def turns_transposed_then_mirrored(images, k):
    turned = []
    for image, turns in zip(images, k % 4, strict=True):
        for _ in range(int(turns)):
            image = image.transpose(0, 1).flip(1)
        turned.append(image)
    return torch.stack(turned)


@WRONG.mistake("rotate90", "one_turn_more")
def turns_one_less(images, k):
    return np.stack([np.rot90(image, turns - 1) for image, turns in zip(images, k, strict=True)])


@WRONG.mistake("rotate90", "negative_k_ignored", backend="torch")
def turns_in_a_loop_over_range(images, k):
    turned = []
    for image, turns in zip(images, k.tolist(), strict=True):
        for _ in range(turns):
            image = torch.rot90(image)
        turned.append(image)
    return torch.stack(turned)


@WRONG.mistake("rotate90", "negative_k_positive")
def turns_by_the_remainder_of_c(images, k):
    return np.stack([np.rot90(image, abs(int(np.fmod(turns, 4)))) for image, turns in zip(images, k, strict=True)])


@WRONG.mistake("rotate90", "turned_by_the_first", backend="torch")
def turns_the_batch_at_once(images, k):
    return torch.rot90(images, int(k[0]), dims=(1, 2))


@WRONG.mistake("rotate90", "half_turns")
def turns_by_two_flips(images, k):
    out = images.copy()
    for i, turns in enumerate(k):
        for _ in range(turns % 4):
            out[i] = np.flipud(np.fliplr(out[i]))
    return out


@WRONG.mistake("rotate90", "transposed")
def turns_by_swapaxes(images, k):
    out = images.copy()
    for i, turns in enumerate(k):
        for _ in range(turns % 4):
            out[i] = np.swapaxes(out[i], 0, 1).copy()
    return out


@WRONG.mistake("adjust_brightness", "bytes_mixed_in")
def brighter_by_255ths(images, delta):
    return np.clip(images * 255 + delta[:, None, None, None], 0, 255) / 255


@WRONG.mistake("adjust_brightness", "sign_flipped", beside="not_clipped")
def darker_and_unclipped(images, delta):
    return images - delta[:, None, None, None]


@WRONG.mistake("adjust_brightness", "shifted_by_the_first", beside="not_clipped", backend="torch")
def brighter_by_the_first_and_unclipped(images, delta):
    return images + delta[0]


@WRONG.mistake("adjust_brightness", "multiplied", backend="torch")
def brighter_by_a_factor_in_torch(images, delta):
    return torch.clamp(images * (1 + delta.view(-1, 1, 1, 1)), 0, 1)


@WRONG.mistake("adjust_brightness", "multiplied", beside="not_clipped")
def brighter_by_a_factor_unclipped(images, delta):
    return images + images * delta.reshape(-1, 1, 1, 1)


@WRONG.mistake("adjust_brightness", "clipped_at_one_end", backend="torch")
def brighter_by_relu(images, delta):
    return torch.relu(images + delta[:, None, None, None])


@WRONG.mistake("adjust_brightness", "stretched")
def brighter_and_normalized(images, delta):
    y = images + delta[:, None, None, None]
    return np.stack([(each - each.min()) / (each.max() - each.min()) for each in y])


@WRONG.mistake("adjust_brightness", "wrapped_around")
def brighter_modulo_one(images, delta):
    y = images + delta[:, None, None, None]
    y[y > 1] -= 1
    y[y < 0] += 1
    return y


@WRONG.mistake("adjust_contrast", "dataset_mean", beside="not_clipped")
def contrast_from_one_mean_unclipped(images, factor):
    mean = images.mean()
    return mean + factor[:, None, None, None] * (images - mean)


@WRONG.unknown("adjust_contrast")
def contrast_of_a_factor_up_to_ten(images, factor):
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip(mean + np.minimum(factor, 10).reshape(-1, 1, 1, 1) * (images - mean), 0, 1)


@WRONG.mistake("adjust_contrast", "middle_for_mean", backend="torch")
def contrast_around_the_middle_in_torch(images, factor):
    middle = (images.amin((1, 2, 3), keepdim=True) + images.amax((1, 2, 3), keepdim=True)) / 2
    return (middle + factor.view(-1, 1, 1, 1) * (images - middle)).clamp(0, 1)


@WRONG.mistake("adjust_contrast", "mean_of_parts", backend="torch")
def contrast_of_columns(images, factor):
    mean = images.mean(dim=1, keepdim=True)
    return torch.clamp(mean + factor[:, None, None, None] * (images - mean), 0, 1)


@WRONG.mistake("adjust_contrast", "fixed_grey", beside="not_clipped")
def contrast_around_a_half_unclipped(images, factor):
    return 0.5 + factor[:, None, None, None] * (images - 0.5)


@WRONG.mistake("adjust_contrast", "factor_from_zero", backend="torch")
def contrast_added_in_torch(images, factor):
    mean = images.mean((1, 2, 3), keepdim=True)
    return (images + factor[:, None, None, None] * (images - mean)).clamp(0, 1)


@WRONG.mistake("adjust_contrast", "multiplied", beside="not_clipped")
def contrast_by_a_factor_unclipped(images, factor):
    return np.stack([f * image for image, f in zip(images, factor, strict=True)])


@WRONG.mistake("adjust_contrast", "blend_swapped", backend="torch")
def contrast_lerps_the_wrong_way(images, factor):
    mean = images.mean((1, 2, 3), keepdim=True).expand_as(images)
    return torch.lerp(images, mean, factor[:, None, None, None]).clamp(0, 1)


@WRONG.dialect("adjust_contrast", "mean_per_channel", backend="torch")
def contrast_of_each_channel_in_torch(images, factor):
    mean = images.flatten(1, 2).mean(dim=1)[:, None, None, :]
    return torch.clamp(factor[:, None, None, None] * images + (1 - factor[:, None, None, None]) * mean, 0, 1)
