"""Right image augmentations, each written another way."""

from __future__ import annotations

import numpy as np
import torch

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- horizontal flip ----------------------------------------------------------------------------------------------


@RIGHT.right("horizontal_flip")
def flip_by_where(images, flip):
    return np.where(flip.reshape(-1, 1, 1, 1), images[:, :, ::-1, :], images)


@RIGHT.right("horizontal_flip")
def flip_in_place(images, flip):
    images[flip] = images[flip][:, :, ::-1]
    return images


@RIGHT.right("horizontal_flip")
def flip_one_by_one(images, flip):
    return np.stack([np.fliplr(x) if f else x for x, f in zip(images, flip, strict=True)])


@RIGHT.right("horizontal_flip")
def flip_pixel_by_pixel(images, flip):
    out = np.empty_like(images)
    n, _, width, _ = images.shape
    for i in range(n):
        for w in range(width):
            out[i, :, w] = images[i, :, width - 1 - w] if flip[i] else images[i, :, w]
    return out


@RIGHT.right("horizontal_flip")
def flip_by_arithmetic(images, flip):
    f = flip[:, None, None, None].astype(images.dtype)
    return f * np.flip(images, 2) + (1 - f) * images


@RIGHT.right("horizontal_flip")
def flip_by_columns(images, flip):
    width = images.shape[2]
    columns = np.arange(width)
    taken = np.where(flip[:, None], width - 1 - columns, columns)
    return np.take_along_axis(images, taken[:, None, :, None], axis=2)


@RIGHT.right("horizontal_flip")
def flip_by_a_permutation_matrix(images, flip):
    turned = np.eye(images.shape[2], dtype=images.dtype)[::-1]
    return np.stack([np.einsum("vw,hwc->hvc", turned, x) if f else x for x, f in zip(images, flip, strict=True)])


@RIGHT.right("horizontal_flip", "torch")
def flip_torch(images, flip):
    return torch.where(flip.view(-1, 1, 1, 1), images.flip(2), images)


@RIGHT.right("horizontal_flip", "torch")
def flip_torch_in_place(images, flip):
    images[flip] = torch.flip(images[flip], dims=(2,))
    return images


# -- pad and crop -------------------------------------------------------------------------------------------------


@RIGHT.right("pad_and_crop")
def crop_one_by_one(images, pad, top, left):
    _, h, w, _ = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    return np.array([p[t : t + h, s : s + w] for p, t, s in zip(padded, top, left, strict=True)])


@RIGHT.right("pad_and_crop")
def crop_of_a_canvas(images, pad, top, left):
    n, h, w, c = images.shape
    canvas = np.zeros((n, h + 2 * pad, w + 2 * pad, c), dtype=images.dtype)
    canvas[:, pad : pad + h, pad : pad + w] = images
    out = np.empty_like(images)
    for i in range(n):
        out[i] = canvas[i, top[i] : top[i] + h, left[i] : left[i] + w]
    return out


@RIGHT.right("pad_and_crop")
def crop_by_indices(images, pad, top, left):
    n, h, w, _ = images.shape
    padded = np.pad(images, [(0, 0), (pad, pad), (pad, pad), (0, 0)], mode="constant", constant_values=0)
    rows = top[:, None, None] + np.arange(h)[None, :, None]
    columns = left[:, None, None] + np.arange(w)[None, None, :]
    return padded[np.arange(n)[:, None, None], rows, columns]


@RIGHT.right("pad_and_crop")
def crop_of_windows(images, pad, top, left):
    _, h, w, c = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    return np.stack(
        [
            np.lib.stride_tricks.sliding_window_view(p, (h, w, c))[t, s, 0]
            for p, t, s in zip(padded, top, left, strict=True)
        ]
    )


@RIGHT.right("pad_and_crop")
def crop_without_padding(images, pad, top, left):
    out = np.zeros_like(images)
    n, h, w, _ = images.shape
    for i in range(n):
        down, right = pad - int(top[i]), pad - int(left[i])
        for y in range(max(0, down), min(h, h + down)):
            for x in range(max(0, right), min(w, w + right)):
                out[i, y, x] = images[i, y - down, x - right]
    return out


@RIGHT.right("pad_and_crop")
def crop_by_rolling(images, pad, top, left):
    _, h, w, _ = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    rolled = [np.roll(p, (-t, -s), axis=(0, 1)) for p, t, s in zip(padded, top, left, strict=True)]
    return np.stack(rolled)[:, :h, :w]


@RIGHT.right("pad_and_crop")
def crop_by_matrices(images, pad, top, left):
    """The cut as a product: rows of a shifted identity take rows, and columns columns."""
    _, h, w, _ = images.shape
    out = []
    for x, t, s in zip(images, top, left, strict=True):
        rows = np.eye(h, h + 2 * pad, int(t), dtype=x.dtype)[:, pad : pad + h]
        columns = np.eye(w, w + 2 * pad, int(s), dtype=x.dtype)[:, pad : pad + w]
        out.append(np.einsum("yh,hwc,xw->yxc", rows, x, columns))
    return np.stack(out)


@RIGHT.right("pad_and_crop", "torch")
def crop_torch(images, pad, top, left):
    _, h, w, _ = images.shape
    padded = torch.nn.functional.pad(images, (0, 0, pad, pad, pad, pad))
    return torch.stack([p[t : t + h, s : s + w] for p, t, s in zip(padded, top.tolist(), left.tolist(), strict=True)])


@RIGHT.right("pad_and_crop", "torch")
def crop_torch_zero_pad(images, pad, top, left):
    n, h, w, _ = images.shape
    padded = torch.nn.ZeroPad2d(pad)(images.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    rows = top[:, None] + torch.arange(h)
    columns = left[:, None] + torch.arange(w)
    return padded[torch.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


# -- quarter turns ------------------------------------------------------------------------------------------------


@RIGHT.right("rotate90")
def turns_by_rot90(images, k):
    return np.stack([np.rot90(x, q) for x, q in zip(images, k, strict=True)])


@RIGHT.right("rotate90")
def turns_in_place(images, k):
    for i in range(len(images)):
        images[i] = np.rot90(images[i], k[i]).copy()
    return images


@RIGHT.right("rotate90")
def turns_one_after_another(images, k):
    out = images.copy()
    for i, q in enumerate(k):
        for _ in range(q % 4):
            out[i] = out[i].transpose(1, 0, 2)[::-1]
    return out


@RIGHT.right("rotate90")
def turns_by_cases(images, k):
    out = []
    for x, q in zip(images, k, strict=True):
        q = q % 4
        if q == 1:
            x = np.transpose(x[:, ::-1], (1, 0, 2))
        elif q == 2:
            x = x[::-1, ::-1]
        elif q == 3:
            x = np.transpose(x[::-1], (1, 0, 2))
        out.append(x)
    return np.array(out)


@RIGHT.right("rotate90")
def turns_in_groups(images, k):
    out = np.zeros_like(images)
    for q in range(4):
        chosen = np.mod(k, 4) == q
        out[chosen] = np.rot90(images[chosen], q, axes=(1, 2))
    return out


@RIGHT.right("rotate90")
def turns_by_coordinates(images, k):
    n, size, _, _ = images.shape
    h, w = np.indices((size, size))
    source = np.array([[h, w], [w, size - 1 - h], [size - 1 - h, size - 1 - w], [size - 1 - w, h]])[k % 4]
    return images[np.arange(n)[:, None, None], source[:, 0], source[:, 1]]


@RIGHT.right("rotate90")
def turns_clockwise_by_the_negative(images, k):
    return np.stack([np.rot90(x, -q, axes=(1, 0)) for x, q in zip(images, k, strict=True)])


@RIGHT.right("rotate90", "torch")
def turns_torch(images, k):
    return torch.stack([torch.rot90(x, int(q), (0, 1)) for x, q in zip(images, k, strict=True)])


@RIGHT.right("rotate90", "torch")
def turns_torch_by_selection(images, k):
    one, two, three = (torch.rot90(images, q, (1, 2)) for q in (1, 2, 3))
    q = (k % 4).view(-1, 1, 1, 1)
    return torch.where(q == 1, one, torch.where(q == 2, two, torch.where(q == 3, three, images)))


# -- brightness ---------------------------------------------------------------------------------------------------


@RIGHT.right("adjust_brightness")
def brighter_by_clip(images, delta):
    return np.clip(images + delta[:, None, None, None], 0, 1)


@RIGHT.right("adjust_brightness")
def brighter_in_place(images, delta):
    images += delta.reshape(-1, 1, 1, 1)
    images.clip(0.0, 1.0, out=images)
    return images


@RIGHT.right("adjust_brightness")
def brighter_by_minimum_and_maximum(images, delta):
    return np.minimum(np.maximum(images + delta[:, np.newaxis, np.newaxis, np.newaxis], 0), 1)


@RIGHT.right("adjust_brightness")
def brighter_by_masks(images, delta):
    out = images.copy()
    for i in range(len(out)):
        out[i] += delta[i]
    out[out > 1] = 1
    out[out < 0] = 0
    return out


@RIGHT.right("adjust_brightness")
def brighter_transposed(images, delta):
    return np.clip((images.T + delta).T, 0, 1)


@RIGHT.right("adjust_brightness")
def brighter_pixel_by_pixel(images, delta):
    out = np.zeros_like(images)
    for at, x in np.ndenumerate(images):
        out[at] = min(max(x + delta[at[0]], 0.0), 1.0)
    return out


@RIGHT.right("adjust_brightness")
def brighter_by_cutting_the_shift(images, delta):
    """No pixel moves further than to its end."""
    d = delta[:, None, None, None]
    return np.where(d > 0, images + np.minimum(d, 1 - images), images + np.maximum(d, -images))


@RIGHT.right("adjust_brightness")
def brighter_in_float64(images, delta):
    y = images.astype(np.float64) + delta.astype(np.float64)[:, None, None, None]
    return np.clip(y, 0, 1).astype(images.dtype)


@RIGHT.right("adjust_brightness", "torch")
def brighter_torch(images, delta):
    return (images + delta.view(-1, 1, 1, 1)).clamp(0, 1)


@RIGHT.right("adjust_brightness", "torch")
def brighter_torch_in_place(images, delta):
    for x, d in zip(images, delta, strict=True):
        x.add_(d).clamp_(min=0, max=1)
    return images


# -- contrast -----------------------------------------------------------------------------------------------------


@RIGHT.right("adjust_contrast")
def contrast_from_the_mean(images, factor):
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip(mean + factor[:, None, None, None] * (images - mean), 0, 1)


@RIGHT.right("adjust_contrast")
def contrast_blended(images, factor):
    f = factor.reshape(-1, 1, 1, 1)
    grey = np.mean(images, axis=(1, 2, 3)).reshape(-1, 1, 1, 1)
    return np.clip(grey * (1 - f) + f * images, 0, 1)


@RIGHT.right("adjust_contrast")
def contrast_one_by_one(images, factor):
    out = []
    for x, f in zip(images, factor, strict=True):
        m = x.mean()
        out.append(np.clip((x - m) * f + m, 0, 1))
    return np.stack(out)


@RIGHT.right("adjust_contrast")
def contrast_in_place(images, factor):
    for i in range(len(images)):
        m = images[i].sum() / images[i].size
        images[i] -= m
        images[i] *= factor[i]
        images[i] += m
    np.clip(images, 0, 1, out=images)
    return images


@RIGHT.right("adjust_contrast")
def contrast_from_the_image(images, factor):
    """The picture itself, and the rest of the way from the mean."""
    flat = images.reshape(len(images), -1)
    m = flat.mean(axis=1, keepdims=True)
    y = flat + (factor[:, None] - 1) * (flat - m)
    return y.clip(0, 1).reshape(images.shape)


@RIGHT.right("adjust_contrast")
def contrast_by_loops(images, factor):
    out = np.zeros_like(images)
    n, height, width, channels = images.shape
    for i in range(n):
        total = 0.0
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    total += images[i, h, w, c]
        m = total / (height * width * channels)
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    out[i, h, w, c] = min(1, max(0, m + factor[i] * (images[i, h, w, c] - m)))
    return out


@RIGHT.right("adjust_contrast")
def contrast_mean_of_means(images, factor):
    m = images.mean(axis=1).mean(axis=1).mean(axis=1)[:, None, None, None]
    f = factor[:, None, None, None]
    return np.maximum(0, np.minimum(1, f * images + (m - f * m)))


@RIGHT.right("adjust_contrast")
def contrast_by_a_product(images, factor):
    n = len(images)
    flat = images.reshape(n, -1)
    weights = np.full(flat.shape[1], 1 / flat.shape[1], dtype=images.dtype)
    m = (flat @ weights)[:, None]
    return np.clip(m + np.diag(factor) @ (flat - m), 0, 1).reshape(images.shape)


@RIGHT.right("adjust_contrast")
def contrast_in_float64(images, factor):
    x, f = images.astype(np.float64), factor.astype(np.float64)[:, None, None, None]
    m = x.mean((1, 2, 3), keepdims=True)
    return np.clip(m + f * (x - m), 0, 1).astype(images.dtype)


@RIGHT.right("adjust_contrast", "torch")
def contrast_torch(images, factor):
    m = images.mean(dim=(1, 2, 3), keepdim=True)
    return torch.clamp(m + factor.view(-1, 1, 1, 1) * (images - m), 0, 1)


@RIGHT.right("adjust_contrast", "torch")
def contrast_torch_blended(images, factor):
    m = images.flatten(1).mean(1).view(-1, 1, 1, 1).expand_as(images)
    f = factor.view(-1, 1, 1, 1)
    return (f * images + (1 - f) * m).clamp(0, 1)


@RIGHT.right("adjust_contrast", "torch")
def contrast_torch_lerp(images, factor):
    m = torch.stack([x.mean() for x in images]).view(-1, 1, 1, 1)
    return torch.lerp(m.expand_as(images), images, factor.view(-1, 1, 1, 1)).clip(0, 1)


# -- more of each -------------------------------------------------------------------------------------------------


@RIGHT.right("horizontal_flip")
def flip_by_take_along_axis(images, flip):
    columns = np.arange(images.shape[2])
    chosen = np.where(flip[:, None], columns[::-1], columns)
    return np.take_along_axis(images, chosen[:, None, :, None], axis=2)


@RIGHT.right("horizontal_flip")
def flip_by_swapping_columns(images, flip):
    for i in np.flatnonzero(flip):
        left, right = 0, images.shape[2] - 1
        while left < right:
            images[i][:, [left, right]] = images[i][:, [right, left]]
            left, right = left + 1, right - 1
    return images


@RIGHT.right("horizontal_flip", "torch")
def flip_by_index_in_torch(images, flip):
    out = images.clone()
    out[flip] = torch.flip(images[flip], dims=(-2,))
    return out


@RIGHT.right("pad_and_crop")
def crop_by_where_it_comes_from(images, pad, top, left):
    """Each pixel looks up where it comes from; beyond the image it is 0."""
    n, height, width, _ = images.shape
    rows = np.arange(height) + top[:, None] - pad
    columns = np.arange(width) + left[:, None] - pad
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None]
    found = images[
        np.arange(n)[:, None, None], rows.clip(0, height - 1)[:, :, None], columns.clip(0, width - 1)[:, None]
    ]
    return found * inside[..., None]


@RIGHT.right("pad_and_crop")
def crop_with_a_flat_border(images, pad, top, left):
    cut = []
    for image, t, s in zip(images, top, left, strict=True):
        height, width, channels = image.shape
        wide = np.hstack([np.zeros((height, pad, channels), image.dtype), image])
        wide = np.hstack([wide, np.zeros((height, pad, channels), image.dtype)])
        border = np.zeros((pad, width + 2 * pad, channels), image.dtype)
        cut.append(np.vstack([border, wide, border])[t:][:height][:, s:][:, :width])
    return np.array(cut)


@RIGHT.right("pad_and_crop", "torch")
def crop_by_narrow(images, pad, top, left):
    padded = torch.nn.functional.pad(images, (0, 0, pad, pad, pad, pad))
    _, height, width, _ = images.shape
    cuts = [p.narrow(0, int(t), height).narrow(1, int(s), width) for p, t, s in zip(padded, top, left, strict=True)]
    return torch.stack(cuts)


@RIGHT.right("rotate90")
def turns_by_walking_coordinates(images, k):
    n, size, _, _ = images.shape
    rows, columns = np.indices((size, size))
    out = np.empty_like(images)
    for i in range(n):
        r, c = rows, columns
        for _ in range(k[i] % 4):
            r, c = c, size - 1 - r
        out[i] = images[i][r, c]
    return out


@RIGHT.right("rotate90")
def turns_by_groups(images, k):
    out = images.copy()
    out[k % 4 == 1] = images[k % 4 == 1].transpose(0, 2, 1, 3)[:, ::-1]
    out[k % 4 == 2] = images[k % 4 == 2][:, ::-1, ::-1]
    out[k % 4 == 3] = images[k % 4 == 3][:, ::-1].transpose(0, 2, 1, 3)
    return out


@RIGHT.right("rotate90", "torch")
def turns_step_by_step_in_torch(images, k):
    turned = []
    for image, turns in zip(images, torch.remainder(k, 4), strict=True):
        for _ in range(int(turns)):
            image = image.transpose(0, 1).flip(0)
        turned.append(image)
    return torch.stack(turned)


@RIGHT.right("adjust_brightness")
def brighter_by_the_negative(images, delta):
    negative = 1 - images - delta.reshape(-1, 1, 1, 1)
    return 1 - np.clip(negative, 0, 1)


@RIGHT.right("adjust_brightness")
def brighter_by_the_room_there_is(images, delta):
    """A pixel moves by δ or as far as the end."""
    d = delta.reshape(-1, 1, 1, 1)
    return images + np.clip(d, -images, 1 - images)


@RIGHT.right("adjust_brightness", "torch")
def brighter_by_a_mask_and_relu(images, delta):
    y = images + delta.view(-1, 1, 1, 1)
    y[y > 1] = 1.0
    return y.relu()


@RIGHT.right("adjust_contrast")
def contrast_by_centering_first(images, factor):
    rows = images.reshape(len(images), -1)
    mean = rows.sum(axis=1, keepdims=True) / rows.shape[1]
    y = (rows - mean) * factor[:, None]
    y += mean
    return np.minimum(np.maximum(y, 0), 1).reshape(images.shape)


@RIGHT.right("adjust_contrast")
def contrast_by_an_affine_map(images, factor):
    """A slope and an offset for each image."""
    offset = images.mean(axis=(1, 2, 3)) * (1 - factor)
    return np.clip(np.einsum("n,nhwc->nhwc", factor, images) + offset[:, None, None, None], 0, 1)


@RIGHT.right("adjust_contrast", "torch")
def contrast_by_vmap(images, factor):
    def adjusted(image, f):
        mean = image.mean()
        return (mean + f * (image - mean)).clamp(0, 1)

    return torch.vmap(adjusted)(images, factor)
