"""Batch normalization as a graph of small nodes, forwards and then backwards node by node."""
import numpy as np


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    N = x.shape[0]
    mu = 1 / N * np.sum(x, axis=0)          # 1
    xmu = x - mu                            # 2
    sq = xmu ** 2                           # 3
    var = 1 / N * np.sum(sq, axis=0)        # 4
    sqrtvar = np.sqrt(var + eps)            # 5
    ivar = 1 / sqrtvar                      # 6
    xhat = xmu * ivar                       # 7
    gammax = gamma * xhat                   # 8
    out = gammax + beta                     # 9
    return out, [xhat, gamma, xmu, ivar, sqrtvar, var, eps]


def batch_norm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape

    dbeta = np.sum(dout, axis=0)                                    # 9
    dgammax = dout
    dgamma = np.sum(dgammax * xhat, axis=0)                         # 8
    dxhat = dgammax * gamma
    divar = np.sum(dxhat * xmu, axis=0)                             # 7
    dxmu1 = dxhat * ivar
    dsqrtvar = -1 / (sqrtvar ** 2) * divar                          # 6
    dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar                      # 5
    dsq = 1 / N * np.ones((N, D), dtype=dout.dtype) * dvar          # 4
    dxmu2 = 2 * xmu * dsq                                           # 3
    dx1 = dxmu1 + dxmu2                                             # 2
    dmu = -np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1 / N * np.ones((N, D), dtype=dout.dtype) * dmu           # 1
    return [dx1 + dx2, dgamma, dbeta]


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    a = gamma / np.sqrt(running_var + eps)
    return a * x + (beta - a * running_mean)
