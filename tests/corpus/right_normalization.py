"""Right programs for the normalizations of data, each written another way. The grader may reject none of them."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- min_max_normalize --------------------------------------------------------------------------------------------


@RIGHT.right("min_max_normalize")
def min_max_as_on_the_slide(x):
    low, high = x.min(axis=0), x.max(axis=0)
    span = high - low
    return (x - low) / np.where(span > 0, span, 1)


@RIGHT.right("min_max_normalize")
def min_max_replaces_nan(x):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((x - x.min(0)) / (x.max(0) - x.min(0)))


@RIGHT.right("min_max_normalize")
def min_max_by_peak_to_peak(x):
    span = np.ptp(x, axis=0)
    return np.divide(x - np.min(x, axis=0), span, out=np.zeros_like(x), where=span != 0)


@RIGHT.right("min_max_normalize")
def min_max_in_place(x):
    x -= x.min(axis=0)
    top = x.max(axis=0)
    top[top == 0] = 1
    x /= top
    return x


@RIGHT.right("min_max_normalize")
def min_max_by_columns(x):
    y = np.empty_like(x)
    for j in range(x.shape[1]):
        column = x[:, j]
        low, high = min(column), max(column)
        y[:, j] = 0 if low == high else [(value - low) / (high - low) for value in column]
    return y


@RIGHT.right("min_max_normalize")
def min_max_as_in_scikit_learn(x):
    """A scale and an offset: x·s + b."""
    low, high = x.min(axis=0), x.max(axis=0)
    span = high - low
    span[span == 0] = 1
    scale = 1 / span
    offset = 0 - low * scale
    return x * scale + offset


@RIGHT.right("min_max_normalize")
def min_max_split(x):
    span = x.max(axis=0) - x.min(axis=0)
    span = np.where(span == 0, np.ones_like(span), span)
    return x / span - x.min(axis=0) / span


@RIGHT.right("min_max_normalize")
def min_max_in_double(x):
    wide = x.astype(np.float64)
    low, high = wide.min(0), wide.max(0)
    return ((wide - low) / np.where(high == low, 1, high - low)).astype(x.dtype)


@RIGHT.right("min_max_normalize")
def min_max_by_interpolation(x):
    ends = ((column.min(), column.max()) for column in x.T)
    rows = [
        np.interp(column, at, (0, 1)) if at[0] < at[1] else 0 * column for column, at in zip(x.T, ends, strict=True)
    ]
    return np.array(rows, dtype=x.dtype).T


@RIGHT.right("min_max_normalize", "torch")
def min_max_in_torch(x):
    low, high = torch.aminmax(x, dim=0)
    span = high - low
    span[span == 0] = 1
    return (x - low) / span


@RIGHT.right("min_max_normalize", "torch")
def min_max_in_torch_by_reciprocals(x):
    low, high = x.min(dim=0).values, x.max(dim=0).values
    return torch.where(high > low, (x - low) * (high - low).reciprocal(), torch.zeros_like(x))


@RIGHT.right("min_max_normalize")
class MinMaxScaler:
    def fit(self, x):
        self.low, self.range = np.amin(x, axis=0, keepdims=True), np.ptp(x, axis=0, keepdims=True)
        return self

    def transform(self, x):
        return (x - self.low) / (self.range + (self.range == 0))

    def __call__(self, x):
        return self.fit(x).transform(x)


# -- standardize --------------------------------------------------------------------------------------------------


@RIGHT.right("standardize")
def standard_as_on_the_slide(x):
    sigma = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma)


@RIGHT.right("standardize")
def standard_two_passes(x):
    n = len(x)
    centered = x - x.sum(axis=0) / n
    sigma = np.sqrt((centered**2).sum(axis=0) / n)
    sigma[sigma == 0] = 1
    return centered / sigma


@RIGHT.right("standardize")
def standard_replaces_nan(x):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num((x - np.mean(x, 0)) / np.std(x, 0))


@RIGHT.right("standardize")
def standard_in_place(x):
    x -= np.mean(x, axis=0)
    sigma = np.linalg.norm(x, axis=0) / np.sqrt(len(x)).astype(x.dtype)
    x /= np.where(sigma == 0, 1, sigma).astype(x.dtype)
    return x


@RIGHT.right("standardize")
def standard_running(x):
    """Welford's running mean and sum of squares."""
    mean, squares = np.zeros_like(x[0]), np.zeros_like(x[0])
    for n, row in enumerate(x, start=1):
        off = row - mean
        mean = mean + off / n
        squares = squares + off * (row - mean)
    sigma = np.sqrt(squares / len(x))
    return (x - mean) / np.where(sigma > 0, sigma, 1)


@RIGHT.right("standardize")
def standard_by_columns(x):
    y = np.zeros_like(x)
    for j, column in enumerate(x.T.astype(float).tolist()):
        mean = math.fsum(column) / len(column)
        sigma = math.sqrt(math.fsum((value - mean) ** 2 for value in column) / len(column))
        if sigma > 0:
            y[:, j] = [(value - mean) / sigma for value in column]
    return y


@RIGHT.right("standardize")
def standard_split(x):
    sigma = x.std(axis=0)
    scale = 1 / np.where(sigma == 0, 1, sigma)
    return x * scale - x.mean(axis=0) * scale


@RIGHT.right("standardize")
def standard_by_weights(x):
    """The means as matrix products."""
    weights = np.full(len(x), 1 / len(x), dtype=x.dtype)
    centered = x - weights @ x
    sigma = np.sqrt(weights @ centered**2)
    return centered / np.where(sigma == 0, 1, sigma)


@RIGHT.right("standardize")
def standard_by_covariance(x):
    if len(x) == 1:
        return np.zeros_like(x)
    variance = np.diag(np.atleast_2d(np.cov(x, rowvar=False, bias=True))).astype(x.dtype)
    return (x - x.mean(axis=0)) * np.where(variance == 0, 1, variance) ** -0.5


@RIGHT.right("standardize")
def standard_in_double(x):
    wide = x.astype(np.float64)
    sigma = wide.std(axis=0)
    sigma[sigma == 0] = 1
    return ((wide - wide.mean(axis=0)) / sigma).astype(x.dtype)


@RIGHT.right("standardize")
def standard_from_the_first_row(x):
    """E[d²] − E[d]² of the distances from the first row, which loses nothing."""
    d = x - x[0]
    mean = d.mean(axis=0)
    sigma = np.sqrt(np.maximum((d * d).mean(axis=0) - mean * mean, 0))
    return (d - mean) / np.where(sigma == 0, 1, sigma)


@RIGHT.right("standardize")
def standard_by_pairs(x):
    """The variance is half the mean squared distance of all pairs."""
    sigma = np.sqrt(((x[:, None] - x[None, :]) ** 2).mean(axis=(0, 1)) / 2)
    return (x - x.mean(axis=0)) / np.where(sigma == 0, 1, sigma)


@RIGHT.right("standardize", "torch")
def standard_in_torch(x):
    sigma, mean = torch.std_mean(x, dim=0, correction=0)
    return (x - mean) / torch.where(sigma == 0, torch.ones_like(sigma), sigma)


@RIGHT.right("standardize", "torch")
def standard_in_torch_by_hand(x):
    centered = x - x.mean(0, keepdim=True)
    variance = centered.square().mean(0, keepdim=True)
    return torch.where(variance > 0, centered * variance.rsqrt(), torch.zeros_like(x))


# -- contrast_normalize_dataset -----------------------------------------------------------------------------------


@RIGHT.right("contrast_normalize_dataset")
def dataset_as_on_the_slide(images, *, eps=1e-8):
    return (images - images.mean()) / max(images.std(), eps)


@RIGHT.right("contrast_normalize_dataset")
def dataset_with_a_threshold(images, *, eps=1e-8):
    sigma = np.std(images)
    if sigma < eps:
        sigma = eps
    return (images - np.mean(images)) / sigma


@RIGHT.right("contrast_normalize_dataset")
def dataset_in_place(images, eps=1e-8):
    images -= images.mean()
    images /= np.maximum(np.sqrt(np.mean(images**2)), images.dtype.type(eps))
    return images


@RIGHT.right("contrast_normalize_dataset")
def dataset_flattened(images, *, eps=1e-8):
    flat = images.ravel()
    mean = flat.sum() / flat.size
    sigma = np.linalg.norm(flat - mean) / np.sqrt(flat.size)
    return ((flat - mean) / max(sigma, eps)).reshape(images.shape)


@RIGHT.right("contrast_normalize_dataset")
def dataset_by_means_of_means(images, *, eps=1e-8):
    """Images are of one size, so that the mean of their means is the mean."""
    mean = np.mean([image.mean() for image in images])
    variance = np.mean([((image - mean) ** 2).mean() for image in images])
    return np.stack([(image - mean) / max(np.sqrt(variance), eps) for image in images])


@RIGHT.right("contrast_normalize_dataset")
def dataset_split(images, *, eps=1e-8):
    scale = 1 / np.maximum(images.std(), eps)
    return images * scale - images.mean() * scale


@RIGHT.right("contrast_normalize_dataset")
def dataset_summed_up(images, *, eps=1e-8):
    values = images.astype(float).ravel().tolist()
    mean = math.fsum(values) / len(values)
    sigma = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    return ((images - mean) / max(sigma, eps)).astype(images.dtype)


@RIGHT.right("contrast_normalize_dataset")
def dataset_by_clip(images, *, eps=1e-8):
    return np.divide(images - np.average(images), np.clip(np.std(images, axis=(0, 1, 2, 3)), eps, None))


@RIGHT.right("contrast_normalize_dataset", "torch")
def dataset_in_torch(images, *, eps=1e-8):
    sigma, mean = torch.std_mean(images, correction=0)
    return (images - mean) / sigma.clamp(min=eps)


@RIGHT.right("contrast_normalize_dataset", "torch")
def dataset_in_torch_by_rsqrt(images, *, eps=1e-8):
    centered = images - images.mean()
    return centered * centered.square().mean().rsqrt().clamp(max=1 / eps)


# -- contrast_normalize_image -------------------------------------------------------------------------------------


@RIGHT.right("contrast_normalize_image")
def image_as_on_the_slide(images, *, eps=1e-8):
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    sigma = images.std(axis=(1, 2, 3), keepdims=True)
    return (images - mean) / np.maximum(sigma, eps)


@RIGHT.right("contrast_normalize_image")
def image_one_by_one(images, *, eps=1e-8):
    y = np.empty_like(images)
    for i, image in enumerate(images):
        y[i] = (image - image.mean()) / max(image.std(), eps)
    return y


@RIGHT.right("contrast_normalize_image")
def image_flattened(images, *, eps=1e-8):
    flat = images.reshape(len(images), -1)
    flat = flat - flat.mean(axis=1)[:, None]
    sigma = np.sqrt((flat * flat).mean(axis=1))
    return (flat / np.maximum(sigma, eps)[:, None]).reshape(images.shape)


@RIGHT.right("contrast_normalize_image")
def image_in_place(images, eps=1e-8):
    for image in images:
        image -= image.mean()
        sigma = np.sqrt((image**2).mean())
        image /= sigma if sigma > eps else eps
    return images


@RIGHT.right("contrast_normalize_image")
def image_by_einsum(images, *, eps=1e-8):
    n = images[0].size
    centered = images - np.einsum("nhwc->n", images)[:, None, None, None] / n
    variance = np.einsum("nhwc,nhwc->n", centered, centered) / n
    return np.einsum("nhwc,n->nhwc", centered, 1 / np.sqrt(np.maximum(variance, eps**2)))


@RIGHT.right("contrast_normalize_image")
def image_by_rows_of_rows(images, *, eps=1e-8):
    """The mean of the means of channels, columns and rows is the image's."""
    mean = images.mean(3, keepdims=True).mean(2, keepdims=True).mean(1, keepdims=True)
    variance = ((images - mean) ** 2).mean(1, keepdims=True).mean(2, keepdims=True).mean(3, keepdims=True)
    return (images - mean) / np.maximum(variance**0.5, eps)


@RIGHT.right("contrast_normalize_image")
def image_split(images, *, eps=1e-8):
    axes = (1, 2, 3)
    scale = 1 / np.maximum(images.std(axes, keepdims=True), eps)
    return images * scale - images.mean(axes, keepdims=True) * scale


@RIGHT.right("contrast_normalize_image")
def image_in_double(images, *, eps=1e-8):
    wide = images.astype(np.float64)
    sigma = wide.std(axis=(1, 2, 3), keepdims=True)
    return ((wide - wide.mean(axis=(1, 2, 3), keepdims=True)) / np.where(sigma > eps, sigma, eps)).astype(images.dtype)


@RIGHT.right("contrast_normalize_image", "torch")
def image_in_torch(images, *, eps=1e-8):
    sigma, mean = torch.std_mean(images, dim=(1, 2, 3), correction=0, keepdim=True)
    return (images - mean) / sigma.clamp_min(eps)


@RIGHT.right("contrast_normalize_image", "torch")
def image_in_torch_flattened(images, *, eps=1e-8):
    flat = images.flatten(1)
    variance, mean = torch.var_mean(flat, 1, correction=0, keepdim=True)
    return ((flat - mean) / variance.sqrt().clamp(min=eps)).unflatten(1, images.shape[1:])


# -- local_contrast_normalize -------------------------------------------------------------------------------------


@RIGHT.right("local_contrast_normalize")
def local_by_sliding_windows(images, *, size=5, eps=1e-4):
    def mean(x):
        r = size // 2
        padded = np.pad(x, ((0, 0), (r, r), (r, r), (0, 0)), mode="reflect")
        return sliding_window_view(padded, (size, size), axis=(1, 2)).mean(axis=(-2, -1))

    c = images - mean(images)
    return c / np.maximum(np.sqrt(mean(c**2)), eps)


@RIGHT.right("local_contrast_normalize")
def local_pixel_by_pixel(images, *, size=5, eps=1e-4):
    h, w = images.shape[1:3]
    r = size // 2
    rows = [[abs(i) if abs(i) < h else 2 * (h - 1) - i for i in range(y - r, y + r + 1)] for y in range(h)]
    columns = [[abs(j) if abs(j) < w else 2 * (w - 1) - j for j in range(x - r, x + r + 1)] for x in range(w)]
    c, out = np.empty_like(images), np.empty_like(images)
    for y in range(h):
        for x in range(w):
            c[:, y, x] = images[:, y, x] - images[:, rows[y]][:, :, columns[x]].mean(axis=(1, 2))
    for y in range(h):
        for x in range(w):
            s = np.sqrt((c[:, rows[y]][:, :, columns[x]] ** 2).mean(axis=(1, 2)))
            out[:, y, x] = c[:, y, x] / np.where(s > eps, s, eps)
    return out


@RIGHT.right("local_contrast_normalize")
def local_by_kernel(images, *, size=5, eps=1e-4):
    """A convolution written out: shifted images, each times 1/size²."""
    r, (_, h, w, _) = size // 2, images.shape
    weight = images.dtype.type(1 / size**2)

    def blur(x):
        padded = np.pad(x, ((0, 0), (r, r), (r, r), (0, 0)), "reflect")
        out = np.zeros_like(x)
        for i in range(size):
            for j in range(size):
                out += weight * padded[:, i : i + h, j : j + w]
        return out

    c = images - blur(images)
    return c / np.maximum(np.sqrt(blur(c * c)), eps)


@RIGHT.right("local_contrast_normalize")
def local_row_by_row(images, *, size=5, eps=1e-4):
    """The window is a product: first along the rows, then along the columns."""
    r = size // 2

    def along(x, axis):
        padded = np.pad(x, [(r, r) if each == axis else (0, 0) for each in range(4)], mode="reflect")
        return sliding_window_view(padded, size, axis=axis).sum(axis=-1) / size

    c = images - along(along(images, 1), 2)
    s = np.sqrt(along(along(c**2, 2), 1))
    return c / np.maximum(s, eps)


@RIGHT.right("local_contrast_normalize")
def local_by_summed_area(images, *, size=5, eps=1e-4):
    r = size // 2

    def mean(x):
        table = np.pad(x, ((0, 0), (r, r), (r, r), (0, 0)), mode="reflect").cumsum(axis=1).cumsum(axis=2)
        table = np.pad(table, ((0, 0), (1, 0), (1, 0), (0, 0)))
        box = table[:, size:, size:] - table[:, :-size, size:] - table[:, size:, :-size] + table[:, :-size, :-size]
        return box / size**2

    c = images - mean(images)
    return c / np.maximum(np.sqrt(np.maximum(mean(c**2), 0)), eps)


@RIGHT.right("local_contrast_normalize")
def local_padded_once(images, *, size=5, eps=1e-4):
    """c on a frame twice as wide: what is mirrored has the mean that is mirrored."""
    r = size // 2
    x = np.pad(images, ((0, 0), (2 * r, 2 * r), (2 * r, 2 * r), (0, 0)), mode="reflect")
    windows = sliding_window_view(x, (size, size), axis=(1, 2))
    inner = slice(r, -r or None)
    c = x[:, inner, inner] - windows.mean(axis=(-1, -2))
    s = np.sqrt((sliding_window_view(c, (size, size), axis=(1, 2)) ** 2).mean(axis=(-1, -2)))
    return c[:, inner, inner] / np.maximum(s, eps)


@RIGHT.right("local_contrast_normalize")
def local_channel_by_channel(images, *, size=5, eps=1e-4):
    out = np.zeros_like(images)
    for n in range(images.shape[0]):
        for channel in range(images.shape[3]):
            c = images[n, :, :, channel] - _mean_of_one(images[n, :, :, channel], size)
            out[n, :, :, channel] = c / np.maximum(_mean_of_one(c**2, size) ** 0.5, eps)
    return out


def _mean_of_one(x, size):
    """By a matrix on either side: which pixels of a row, mirrored, are in whose window."""
    return _blur(len(x), size, x.dtype) @ x @ _blur(x.shape[1], size, x.dtype).T


def _blur(n, size, dtype):
    places = np.pad(np.arange(n), size // 2, mode="reflect")
    matrix = np.zeros((n, n), dtype)
    for row in range(n):
        for place in places[row : row + size]:
            matrix[row, place] += 1 / size
    return matrix


@RIGHT.right("local_contrast_normalize", "torch")
def local_by_pooling(images, *, size=5, eps=1e-4):
    def mean(x):
        padded = torch.nn.functional.pad(x, (size // 2,) * 4, mode="reflect")
        return torch.nn.functional.avg_pool2d(padded, size, stride=1)

    x = images.permute(0, 3, 1, 2)
    c = x - mean(x)
    return (c / mean(c**2).sqrt().clamp(min=eps)).permute(0, 2, 3, 1).contiguous()


@RIGHT.right("local_contrast_normalize", "torch")
def local_by_convolution(images, *, size=5, eps=1e-4):
    x = images.permute(0, 3, 1, 2)
    channels = x.shape[1]
    kernel = torch.full((channels, 1, size, size), 1 / size**2, dtype=x.dtype)

    def mean(x):
        padded = torch.nn.functional.pad(x, [size // 2] * 4, mode="reflect")
        return torch.nn.functional.conv2d(padded, kernel, groups=channels)

    c = x - mean(x)
    return (c / torch.clamp(torch.sqrt(mean(c * c)), min=eps)).permute(0, 2, 3, 1)


@RIGHT.right("local_contrast_normalize", "torch")
def local_by_unfolding(images, *, size=5, eps=1e-4):
    n, h, w, channels = images.shape

    def mean(x):
        padded = torch.nn.functional.pad(x, [size // 2] * 4, mode="reflect")
        columns = torch.nn.functional.unfold(padded, size).reshape(n, channels, size * size, h, w)
        return columns.mean(dim=2)

    x = images.movedim(3, 1)
    c = x - mean(x)
    s = mean(c.square()).sqrt()
    return torch.where(s > eps, c / s, c / eps).movedim(1, 3)


# -- more of each -------------------------------------------------------------------------------------------------


@RIGHT.right("min_max_normalize")
def min_max_from_the_top(x):
    low, high = x.min(axis=0), x.max(axis=0)
    span = high - low
    return np.where(span == 0, 0, 1 - (high - x) / np.where(span == 0, 1, span))


@RIGHT.right("min_max_normalize")
def min_max_by_sorting(x):
    ordered = np.sort(x, axis=0)
    with np.errstate(all="ignore"):
        y = (x - ordered[0]) / (ordered[-1] - ordered[0])
    y[:, ordered[0] == ordered[-1]] = 0
    return y


@RIGHT.right("min_max_normalize", "torch")
def min_max_one_by_one_in_torch(x):
    columns = []
    for column in x.unbind(dim=1):
        moved = column - column.min()
        columns.append(moved / moved.max() if moved.any() else moved)
    return torch.stack(columns, dim=1)


@RIGHT.right("standardize")
def standard_by_the_length(x):
    """A centred column over its length, times √N."""
    centered = x - x.mean(axis=0, keepdims=True)
    length = np.linalg.norm(centered, axis=0)
    return centered / np.where(length > 0, length, 1) * np.sqrt(len(x)).astype(x.dtype)


@RIGHT.right("standardize")
def standard_from_the_sample_deviation(x):
    """statistics.stdev has N − 1, which is put right afterwards."""
    if len(x) == 1:
        return np.zeros_like(x)
    sigma = x.std(axis=0, ddof=1) * np.sqrt((len(x) - 1) / len(x)).astype(x.dtype)
    return np.divide(x - x.mean(axis=0), sigma, out=np.zeros_like(x), where=sigma > 0)


@RIGHT.right("standardize", "torch")
def standard_by_var_mean(x):
    var, mean = torch.var_mean(x, dim=0, unbiased=False)
    return torch.where(var > 0, (x - mean) / var.sqrt(), torch.zeros_like(x))


@RIGHT.right("contrast_normalize_dataset")
def dataset_image_after_image(images, *, eps=1e-8):
    total, n = 0.0, images.size
    for image in images:
        total += image.sum(dtype=np.float64)
    mean = total / n
    squares = sum(((image.astype(np.float64) - mean) ** 2).sum() for image in images)
    return ((images - mean) / max(np.sqrt(squares / n), eps)).astype(images.dtype)


@RIGHT.right("contrast_normalize_dataset")
def dataset_by_a_dot_product(images, *, eps=1e-8):
    row = images.reshape(-1)
    row = row - row.mean()
    sigma = np.sqrt(np.dot(row, row) / row.size)
    return (row * (1 / max(sigma, images.dtype.type(eps)))).reshape(images.shape)


@RIGHT.right("contrast_normalize_dataset", "torch")
def dataset_by_where(images, *, eps=1e-8):
    sigma = torch.std(images, correction=0)
    return torch.sub(images, images.mean()).div(torch.where(sigma > eps, sigma, eps))


@RIGHT.right("contrast_normalize_image")
def image_by_a_map(images, *, eps=1e-8):
    def normalized(image):
        centered = image - image.mean()
        return centered / max((centered**2).mean() ** 0.5, eps)

    return np.stack(list(map(normalized, images))).astype(images.dtype)


@RIGHT.right("contrast_normalize_image")
def image_by_apply_along_axis(images, *, eps=1e-8):
    rows = images.reshape(len(images), -1)
    return np.apply_along_axis(lambda row: (row - row.mean()) / max(row.std(), eps), 1, rows).reshape(images.shape)


@RIGHT.right("contrast_normalize_image", "torch")
def image_by_vmap(images, *, eps=1e-8):
    def normalized(image):
        var, mean = torch.var_mean(image, correction=0)
        return (image - mean) / var.sqrt().clamp(min=eps)

    return torch.vmap(normalized)(images)


@RIGHT.right("local_contrast_normalize")
def local_by_shifted_images(images, *, size=5, eps=1e-4):
    """The window as a list of shifted copies."""
    r, (height, width) = size // 2, images.shape[1:3]

    def mean(x):
        padded = np.pad(x, ((0, 0), (r, r), (r, r), (0, 0)), mode="reflect")
        shifts = [padded[:, i : i + height, j : j + width] for i in range(size) for j in range(size)]
        return np.add.reduce(shifts) / size**2

    c = images - mean(images)
    s = mean(np.square(c)) ** 0.5
    return np.divide(c, np.where(s < eps, eps, s)).astype(images.dtype)


@RIGHT.right("local_contrast_normalize")
def local_by_take(images, *, size=5, eps=1e-4):
    """Mirrored indices in place of padding, along one axis and then the other."""

    def mean(x):
        for axis in (1, 2):
            n = x.shape[axis]
            places = np.arange(n)[:, None] + np.arange(size) - size // 2
            places = np.abs(places)
            places = np.where(places >= n, 2 * (n - 1) - places, places)
            x = np.take(x, places, axis=axis).mean(axis=axis + 1)
        return x

    c = images - mean(images)
    return c / np.maximum(np.sqrt(mean(c**2)), eps)


@RIGHT.right("local_contrast_normalize", "torch")
def local_by_unfold(images, *, size=5, eps=1e-4):
    r = size // 2

    def mean(x):
        padded = torch.nn.functional.pad(x.movedim(3, 1), (r, r, r, r), mode="reflect")
        return padded.unfold(2, size, 1).unfold(3, size, 1).mean(dim=(-2, -1)).movedim(1, 3)

    c = images - mean(images)
    return c / torch.clamp(torch.sqrt(mean(c * c)), min=eps)
