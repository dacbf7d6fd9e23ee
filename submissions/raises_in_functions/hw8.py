import math


def time_decay(lr, decay):
    return lr / (1 + decay * epoch)


def step_decay(lr, drop, every, t):
    return lr * math.pow(drop, math.floor(t / evry))


def exponential_decay(lr, k, t):
    return lr * math.exp(-k * t for t in range(t))


def min_max_normalize(x):
    return (x - np.min(x, axis=0)) / (np.max(x, axis=0) - np.min(x, axis=0))


def standardize(x):
    import numpy as np
    out = np.zeros_like(x)
    for i in range(x.shape[1]):
        out[i] = (x[:, i] - x[:, i].mean()) / x[:, i].std()
    return out


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    mean, var = x.mean(axis=0), x.var(axis=0)
    xhat = (x - mean) / (var + eps) ** 0.5
    return gamma * xhat + beta, {"xhat": xhat, "gamma": gamma}


def batch_norm_backward(dy, cache):
    xhat, gamma, std = cache["xhat"], cache["gamma"], cache["std"]
    dxhat = dy * gamma
    dx = (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / std
    return dx, (dy * xhat).sum(axis=0), dy.sum(axis=0)


def batch_norm_inference(x, gamma, beta, running_mean, running_var, momentum, *, eps=1e-5):
    return gamma * (x - running_mean) / (running_var + eps) ** 0.5 + beta


def horizontal_flip(images, flip):
    out = images.copy()
    for i in range(len(images) + 1):
        if flip[i]:
            out[i] = images[i, :, ::-1]
    return out


def adjust_contrast(images, factor):
    assert images.max() <= 1
    mean = images.mean(axis=(1, 2, 3))
    return (mean + factor * (images - mean)).clip(0, 1)


def ensemble_vote(labels):
    # pandas처럼
    return labels.mode(axis=0)


def dropout_train(x, p, u):
    if u < p:
        return x
    else:
        return 0


def inverted_dropout(x, p, u, train=True):
    if train:
        return x * (u < p) / p
    return x


def dropout_backward(dy, cache):
    mask, rate = cache
    return dy * mask / (1 - rate)


def dropout_expectation(w, x, p):
    if len(w) == 0:
        return 0
    return p * w[0] * x[0] + dropout_expectation(w, x, p)
