"""Batch normalization: forward, backward, inference"""
import numpy as np


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    y = gamma * x_hat + beta
    cache = {"mean": mean, "var": var, "x_hat": x_hat, "std": std, "gamma": gamma}
    return y, cache


def batch_norm_backward(dy, cache):
    x_hat, std, gamma = cache["x_hat"], cache["std"], cache["gamma"]
    N = dy.shape[0]

    dbeta = dy.sum(axis=0)
    dgamma = (dy * x_hat).sum(axis=0)

    # simplified on paper, see my notes: dx = gamma / (N std) * (N dy - sum(dy) - x_hat * sum(dy * x_hat))
    dx = gamma / (N * std) * (N * dy - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * x_hat + beta
