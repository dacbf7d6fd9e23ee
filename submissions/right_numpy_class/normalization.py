import numpy as np


def min_max_normalize(x):
    low, high = x.min(axis=0), x.max(axis=0)
    span = high - low
    span[span == 0] = 1  # a constant feature becomes 0
    return (x - low) / span


def standardize(x):
    sigma = x.std(axis=0)
    sigma[sigma == 0] = 1
    return (x - x.mean(axis=0)) / sigma


def contrast_normalize_dataset(images, *, eps=1e-8):
    return (images - images.mean()) / max(images.std(), eps)


def contrast_normalize_image(images, *, eps=1e-8):
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    sigma = images.std(axis=(1, 2, 3), keepdims=True)
    return (images - mean) / np.maximum(sigma, eps)


def local_contrast_normalize(images, *, size=5, eps=1e-4):
    c = images - _window_mean(images, size)
    s = np.sqrt(_window_mean(c**2, size))
    return c / np.maximum(s, eps)


def _window_mean(x, size):
    """The mean over the size×size neighbourhood of every pixel; the borders reflect."""
    r = size // 2
    _, h, w, _ = x.shape
    padded = np.pad(x, ((0, 0), (r, r), (r, r), (0, 0)), mode="reflect")
    return sum(padded[:, i : i + h, j : j + w] for i in range(size) for j in range(size)) / size**2
