import torch
import torch.nn.functional as F

BACKEND = "torch"


def min_max_normalize(x):
    lo = x.min(dim=0).values
    hi = x.max(dim=0).values
    return (x - lo) / (hi - lo)


def standardize(x):
    std = x.std(dim=0)
    std[std == 0] = 1.0   # 상수 feature
    return (x - x.mean(dim=0)) / std


def contrast_normalize_dataset(images, *, eps=1e-8):
    # GCN
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    std = images.std(dim=(1, 2, 3), keepdim=True, unbiased=False)
    return (images - mean) / std.clamp(min=eps)


def contrast_normalize_image(images, *, eps=1e-8):
    # LCN
    mean = images.mean()
    std = images.std(unbiased=False)
    return (images - mean) / max(std.item(), eps)


def local_contrast_normalize(images, *, size=5, eps=1e-4):
    x = images.permute(0, 3, 1, 2)
    pad = size // 2
    mean = F.avg_pool2d(x, size, stride=1, padding=pad)
    c = x - mean
    s = F.avg_pool2d(c ** 2, size, stride=1, padding=pad).sqrt()
    return (c / s.clamp(min=eps)).permute(0, 2, 3, 1)
