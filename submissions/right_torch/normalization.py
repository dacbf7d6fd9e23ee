import torch
from torch.nn import functional

BACKEND = "torch"


def min_max_normalize(x):
    low, high = torch.aminmax(x, dim=0)
    span = high - low
    return (x - low) / torch.where(span == 0, torch.ones_like(span), span)


def standardize(x):
    sigma, mean = torch.std_mean(x, dim=0, correction=0)
    return (x - mean) / torch.where(sigma == 0, torch.ones_like(sigma), sigma)


def contrast_normalize_dataset(images, *, eps=1e-8):
    sigma, mean = torch.std_mean(images, correction=0)
    return (images - mean) / sigma.clamp(min=eps)


def contrast_normalize_image(images, *, eps=1e-8):
    sigma, mean = torch.std_mean(images, dim=(1, 2, 3), correction=0, keepdim=True)
    return (images - mean) / sigma.clamp(min=eps)


def local_contrast_normalize(images, *, size=5, eps=1e-4):
    def window_mean(x):
        padded = functional.pad(x, [size // 2] * 4, mode="reflect")
        return functional.avg_pool2d(padded, size, stride=1)

    x = images.permute(0, 3, 1, 2)
    c = x - window_mean(x)
    s = window_mean(c**2).sqrt()
    return (c / s.clamp(min=eps)).permute(0, 2, 3, 1)
