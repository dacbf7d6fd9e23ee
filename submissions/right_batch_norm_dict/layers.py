import numpy as np


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    """
    x: (N, D)
    gamma, beta: (D,)
    """
    mean = np.mean(x, axis=0, keepdims=True)
    var = np.var(x, axis=0, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    y = gamma * x_hat + beta
    cache = {"x": x, "mean": mean, "var": var, "x_hat": x_hat, "gamma": gamma, "eps": eps}
    return y, cache


def batch_norm_backward(dy, cache):
    N, D = dy.shape
    x_hat, std = cache["x_hat"], np.sqrt(cache["var"] + cache["eps"])

    # keepdims를 써서 (1, D)
    dgamma = np.sum(dy * x_hat, axis=0, keepdims=True)
    dbeta = np.sum(dy, axis=0, keepdims=True)

    dx_hat = dy * cache["gamma"]
    dvar = np.sum(dx_hat * (cache["x"] - cache["mean"]) * -0.5 * std ** -3, axis=0, keepdims=True)
    dmean = np.sum(-dx_hat / std, axis=0, keepdims=True) + dvar * np.mean(-2 * (cache["x"] - cache["mean"]), axis=0, keepdims=True)
    dx = dx_hat / std + dvar * 2 * (cache["x"] - cache["mean"]) / N + dmean / N
    return dx, dgamma, dbeta


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * ((x - running_mean) / np.sqrt(running_var + eps)) + beta
