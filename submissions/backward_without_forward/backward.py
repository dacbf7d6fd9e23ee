import numpy as np

# forward는 아직 못 했습니다. cache = (xhat, gamma, std)


def batch_norm_backward(dy, cache):
    xhat, gamma, std = cache
    dxhat = dy * gamma
    dx = (dxhat - dxhat.mean(axis=0) - xhat * (dxhat * xhat).mean(axis=0)) / std
    return dx, np.sum(dy * xhat, axis=0), np.sum(dy, axis=0)


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
