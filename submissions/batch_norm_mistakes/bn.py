import numpy as np


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    mu = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    xhat = (x - mu) / std
    cache = (x, xhat, gamma, mu, std)
    return gamma * xhat + beta, cache


def batch_norm_backward(dy, cache):
    x, xhat, gamma, mu, std = cache
    N = dy.shape[0]

    dgamma = (dy * xhat).sum(axis=0)
    dbeta = dy.sum(axis=0)

    # mu와 var는 상수로 생각하면 된다
    dxhat = dy * gamma
    dx = dxhat / std
    return dx, dgamma, dbeta


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    xhat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return gamma * xhat + beta
