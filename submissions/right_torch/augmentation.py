import torch
import torch.nn.functional as F

BACKEND = "torch"


def horizontal_flip(images, flip):
    return torch.where(flip.view(-1, 1, 1, 1), images.flip(2), images)


def pad_and_crop(images, pad, top, left):
    _, H, W, _ = images.shape
    padded = F.pad(images, (0, 0, pad, pad, pad, pad))  # F.pad begins at the last axis
    crops = [p[t:t + H, l:l + W] for p, t, l in zip(padded, top, left)]
    return torch.stack(crops)


def rotate90(images, k):
    return torch.stack([torch.rot90(image, int(turns), (0, 1)) for image, turns in zip(images, k)])


def adjust_brightness(images, delta):
    return (images + delta.view(-1, 1, 1, 1)).clamp(0, 1)


def adjust_contrast(images, factor):
    """A blend of the image and its mean, as torchvision writes it; the mean is that of all channels."""
    grey = images.mean(dim=(1, 2, 3), keepdim=True)
    f = factor.view(-1, 1, 1, 1)
    return (f * images + (1 - f) * grey).clamp(0, 1)
