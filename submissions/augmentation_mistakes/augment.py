import numpy as np


def horizontal_flip(images, flip):
    out = images.copy()
    out[flip] = images[flip, ::-1]
    return out


def pad_and_crop(images, pad, top, left):
    N, H, W, C = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")
    out = np.empty_like(images)
    for i in range(N):
        out[i] = padded[i, top[i]:top[i] + H, left[i]:left[i] + W]
    return out


def rotate90(images, k):
    # 시계 방향
    return np.stack([np.rot90(img, -n) for img, n in zip(images, k)])


def adjust_brightness(images, delta):
    return images + delta[:, None, None, None]


def adjust_contrast(images, factor):
    mean = images.mean()
    f = factor.reshape(-1, 1, 1, 1)
    return np.clip(mean + f * (images - mean), 0, 1)
