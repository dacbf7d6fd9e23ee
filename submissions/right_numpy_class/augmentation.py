"""이미지 증강: images는 (N, H, W, C), 값은 [0, 1]"""
import numpy as np


def horizontal_flip(images, flip):
    out = images.copy()
    out[flip] = out[flip][:, :, ::-1]      # 좌우는 W축
    return out


def pad_and_crop(images, pad, top, left):
    n, h, w, c = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    out = np.empty_like(images)
    for i in range(n):
        out[i] = padded[i, top[i]:top[i] + h, left[i]:left[i] + w]
    return out


def rotate90(images, k):
    return np.stack([np.rot90(img, turns) for img, turns in zip(images, k)])


def adjust_brightness(images, delta):
    return np.clip(images + delta[:, None, None, None], 0, 1)


def adjust_contrast(images, factor):
    mean = images.mean(axis=(1, 2, 3), keepdims=True)   # 이미지마다 평균 하나
    out = mean + factor[:, None, None, None] * (images - mean)
    return np.clip(out, 0, 1)
