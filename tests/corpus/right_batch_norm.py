"""Right batch normalizations, each written another way. The grader may reject none of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.corpus.forms import Forms

RIGHT = Forms()

# -- forward ------------------------------------------------------------------------------------------------------


@RIGHT.right("batch_norm_forward")
def forward_by_methods(x, gamma, beta, *, eps=1e-5):
    mu, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x, gamma, mu, var, x_hat, eps)


@RIGHT.right("batch_norm_forward")
def forward_with_a_dict(x, gamma, beta, *, eps=1e-5):
    mean = np.mean(x, axis=0, keepdims=True)
    var = np.mean((x - mean) ** 2, axis=0, keepdims=True)
    x_hat = (x - mean) * (var + eps) ** -0.5
    y = x_hat * gamma + beta
    return y, {"mean": mean, "var": var, "x_hat": x_hat, "gamma": gamma, "eps": eps}


@RIGHT.right("batch_norm_forward")
def forward_by_stages(x, gamma, beta, *, eps=1e-5):
    """The computational graph, a node a line."""
    N, _ = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xmu = x - mu
    sq = xmu**2
    var = 1.0 / N * np.sum(sq, axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    gammax = gamma * xhat
    out = gammax + beta
    return out, (xhat, gamma, xmu, ivar, sqrtvar, var, eps)


@RIGHT.right("batch_norm_forward")
def forward_folded(x, gamma, beta, *, eps=1e-5):
    scale = gamma / np.sqrt(x.var(0) + eps)
    return x * scale + (beta - x.mean(0) * scale), None


@RIGHT.right("batch_norm_forward")
def forward_in_place(x, gamma, beta, *, eps=1e-5):
    x -= x.mean(axis=0)
    sigma = np.sqrt((x * x).mean(axis=0) + eps)
    x /= sigma
    x_hat = x.copy()
    x *= gamma
    x += beta
    return x, [x_hat, gamma, sigma]


@RIGHT.right("batch_norm_forward")
def forward_by_loops(x, gamma, beta, *, eps=1e-5):
    n, d = x.shape
    y = np.empty_like(x)
    for j in range(d):
        mu = sum(x[i, j] for i in range(n)) / n
        var = sum((x[i, j] - mu) ** 2 for i in range(n)) / n
        for i in range(n):
            y[i, j] = gamma[j] * (x[i, j] - mu) / (var + eps) ** 0.5 + beta[j]
    return y, {}


@RIGHT.right("batch_norm_forward")
def forward_in_double(x, gamma, beta, *, eps=1e-5):
    wide = x.astype(np.float64)
    x_hat = (wide - wide.mean(0)) / np.sqrt(wide.var(0) + eps)
    return (gamma * x_hat + beta).astype(x.dtype), x_hat


@RIGHT.right("batch_norm_forward")
def forward_by_standard_deviation(x, gamma, beta, *, eps=1e-5):
    centered = x - np.average(x, axis=0)
    return np.multiply(gamma, centered / np.sqrt(np.square(x.std(axis=0)) + eps)) + beta, centered


@RIGHT.right("batch_norm_forward")
def forward_by_a_running_mean(x, gamma, beta, *, eps=1e-5):
    """Welford's: mean and squared distances are updated with every example."""
    mean, squares = np.zeros_like(x[0]), np.zeros_like(x[0])
    for n, row in enumerate(x, start=1):
        step = row - mean
        mean = mean + step / n
        squares = squares + step * (row - mean)
    return gamma * (x - mean) / np.sqrt(squares / len(x) + eps) + beta, (mean, squares)


@RIGHT.right("batch_norm_forward")
def forward_by_matrix_products(x, gamma, beta, *, eps=1e-5):
    ones = np.ones(len(x), dtype=x.dtype)
    centered = x - ones @ x / len(x)
    var = np.einsum("nd,nd->d", centered, centered) / len(x)
    return centered @ np.diag(gamma / np.sqrt(var + eps)) + beta, centered


@RIGHT.right("batch_norm_forward")
def forward_shifted_moments(x, gamma, beta, *, eps=1e-5):
    """E[d²] − E[d]² of the distances from the first example, which are not large."""
    d = x - x[0]
    mean = d.mean(axis=0)
    var = (d * d).mean(axis=0) - mean * mean
    return gamma * (d - mean) / np.sqrt(var + eps) + beta, (mean, var)


@RIGHT.right("batch_norm_forward")
class ForwardClass:
    def __init__(self, eps=1e-5):
        self.eps = eps

    def __call__(self, x, gamma, beta):
        x_hat = (x - x.mean(0)) / np.sqrt(x.var(0) + self.eps)
        return gamma * x_hat + beta, x_hat


@RIGHT.right("batch_norm_forward", "torch")
def forward_by_torch(x, gamma, beta, *, eps=1e-5):
    mean = x.mean(dim=0)
    var = x.var(dim=0, correction=0)
    x_hat = (x - mean) * torch.rsqrt(var + eps)
    return torch.addcmul(beta, gamma, x_hat), {"x_hat": x_hat, "mean": mean, "var": var}


@RIGHT.right("batch_norm_forward", "torch")
def forward_by_the_library(x, gamma, beta, *, eps=1e-5):
    return functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps), x


# -- backward -----------------------------------------------------------------------------------------------------


@dataclass
class Cache:
    x_hat: Any
    gamma: Any
    sigma: Any


def forward_cached(x, gamma, beta, *, eps=1e-5):
    sigma = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / sigma
    return gamma * x_hat + beta, Cache(x_hat, gamma, sigma)


def forward_folded_but_cached(x, gamma, beta, *, eps=1e-5):
    inverse = 1 / np.sqrt(np.mean((x - x.mean(0)) ** 2, 0) + eps)
    x_hat = x * inverse - x.mean(0) * inverse
    return gamma * x_hat + beta, (x_hat, gamma, inverse)


def forward_with_a_graph(x, gamma, beta, *, eps=1e-5):
    leaves = [each.detach().requires_grad_() for each in (x, gamma, beta)]
    x, gamma, beta = leaves
    y = (x - x.mean(0)) / (x.var(0, correction=0) + eps).sqrt() * gamma + beta
    return y.detach(), (y, leaves)


def forward_with_the_librarys_graph(x, gamma, beta, *, eps=1e-5):
    leaves = [each.detach().requires_grad_() for each in (x, gamma, beta)]
    x, gamma, beta = leaves
    y = functional.batch_norm(x, None, None, gamma, beta, training=True, eps=eps)
    return y.detach(), (y, leaves)


@RIGHT.right("batch_norm_backward", before=forward_cached)
def backward_in_one_line(dy, cache):
    n = len(dy)
    dgamma, dbeta = (dy * cache.x_hat).sum(axis=0), dy.sum(axis=0)
    dx = cache.gamma / (n * cache.sigma) * (n * dy - dbeta - cache.x_hat * dgamma)
    return dx, dgamma, dbeta


@RIGHT.right("batch_norm_backward", before=forward_by_stages)
def backward_by_stages(dout, cache):
    """Every node of the graph backwards."""
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgammax = dout
    dgamma = np.sum(dgammax * xhat, axis=0)
    dxhat = dgammax * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (sqrtvar**2) * divar
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D), dtype=dout.dtype) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / N * np.ones((N, D), dtype=dout.dtype) * dmu
    return dx1 + dx2, dgamma, dbeta


@RIGHT.right("batch_norm_backward", before=forward_by_methods)
def backward_as_in_the_paper(dy, cache):
    x, gamma, mu, var, x_hat, eps = cache
    m = x.shape[0]
    dx_hat = dy * gamma
    dvar = np.sum(dx_hat * (x - mu) * -0.5 * (var + eps) ** -1.5, axis=0)
    dmu = np.sum(dx_hat * -1 / np.sqrt(var + eps), axis=0) + dvar * np.sum(-2 * (x - mu), axis=0) / m
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mu) / m + dmu / m
    return [dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)]


@RIGHT.right("batch_norm_backward", before=forward_cached)
def backward_by_projections(dy, cache):
    """What of dx̂ points along the ones and along x̂ is taken out."""
    g = dy * cache.gamma
    g = g - g.mean(axis=0) - cache.x_hat * (g * cache.x_hat).mean(axis=0)
    return g / cache.sigma, np.einsum("nd,nd->d", dy, cache.x_hat), np.einsum("nd->d", dy)


@RIGHT.right("batch_norm_backward", before=forward_cached)
def backward_by_the_jacobian(dy, cache):
    n, d = dy.shape
    dx = np.empty_like(dy)
    for j in range(d):
        h = cache.x_hat[:, j]
        jacobian = (np.eye(n) - np.full((n, n), 1 / n) - np.outer(h, h) / n) * cache.gamma[j] / cache.sigma[j]
        dx[:, j] = jacobian @ dy[:, j]
    return dx, np.diag(cache.x_hat.T @ dy), np.ones(n, dtype=dy.dtype) @ dy


@RIGHT.right("batch_norm_backward", before=forward_folded_but_cached)
def backward_by_loops(dy, cache):
    x_hat, gamma, inverse = cache
    n, d = dy.shape
    dx, dgamma, dbeta = np.empty_like(dy), np.empty_like(gamma), np.empty_like(gamma)
    for j in range(d):
        dgamma[j] = sum(dy[i, j] * x_hat[i, j] for i in range(n))
        dbeta[j] = sum(dy[i, j] for i in range(n))
        for i in range(n):
            dx[i, j] = gamma[j] * inverse[j] * (dy[i, j] - dbeta[j] / n - x_hat[i, j] * dgamma[j] / n)
    return dx, dgamma, dbeta


@RIGHT.right("batch_norm_backward", before=forward_with_a_dict)
def backward_that_keeps_dimensions(dy, cache):
    """dγ and dβ come as (1, D)."""
    x_hat, std = cache["x_hat"], np.sqrt(cache["var"] + cache["eps"])
    dbeta = dy.sum(axis=0, keepdims=True)
    dgamma = (x_hat * dy).sum(axis=0, keepdims=True)
    return (cache["gamma"] / std) * (dy - (dbeta + x_hat * dgamma) / len(dy)), dgamma, dbeta


@RIGHT.right("batch_norm_backward", before=forward_in_place)
def backward_in_place(dy, cache):
    x_hat, gamma, sigma = cache
    dgamma, dbeta = (dy * x_hat).sum(0), dy.sum(0)
    dy -= dbeta / len(dy)
    x_hat *= dgamma / len(dy)
    dy -= x_hat
    dy *= gamma / sigma
    return dy, dgamma, dbeta


def forward_with_a_namespace(x, gamma, beta, *, eps=1e-5):
    wide = x.astype(np.float64)
    sigma = np.sqrt(wide.var(0) + eps)
    x_hat = (wide - wide.mean(0)) / sigma
    return (gamma * x_hat + beta).astype(x.dtype), SimpleNamespace(x_hat=x_hat, gamma=gamma, sigma=sigma)


@RIGHT.right("batch_norm_backward", before=forward_with_a_namespace)
class BackwardClassInDouble:
    def __call__(self, dy, cache):
        g = dy.astype(np.float64)
        dgamma = (g * cache.x_hat).sum(0)
        dx = (g - g.mean(0) - cache.x_hat * dgamma / len(g)) * cache.gamma / cache.sigma
        return tuple(each.astype(dy.dtype) for each in (dx, dgamma, g.sum(0)))


@RIGHT.right("batch_norm_backward", "torch", before=forward_with_a_graph)
def backward_by_autograd(dy, cache):
    y, leaves = cache
    return torch.autograd.grad(y, leaves, dy)


@RIGHT.right("batch_norm_backward", "torch", before=forward_with_the_librarys_graph)
def backward_by_the_library(dy, cache):
    y, (x, gamma, beta) = cache
    y.backward(dy)
    return x.grad, gamma.grad, beta.grad


# -- inference ----------------------------------------------------------------------------------------------------


@RIGHT.right("batch_norm_inference")
def inference_as_written(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta


@RIGHT.right("batch_norm_inference")
def inference_folded(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    scale = gamma / np.sqrt(running_var + eps)
    return x * scale + (beta - running_mean * scale)


@RIGHT.right("batch_norm_inference")
def inference_folded_shift_first(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    inverse = 1.0 / np.sqrt(running_var + eps)
    shift = beta - gamma * running_mean * inverse
    return gamma * inverse * x + shift


@RIGHT.right("batch_norm_inference")
def inference_in_place(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    x -= running_mean
    x *= (running_var + eps) ** -0.5
    x *= gamma
    x += beta
    return x


@RIGHT.right("batch_norm_inference")
def inference_by_loops(x, gamma, beta, mean, var, *, eps=1e-5):
    rows = [
        [g * (value - m) / (v + eps) ** 0.5 + b for value, g, b, m, v in zip(row, gamma, beta, mean, var, strict=True)]
        for row in x
    ]
    return np.array(rows, dtype=x.dtype)


@RIGHT.right("batch_norm_inference")
def inference_as_a_matrix(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return (x - running_mean) @ np.diag(gamma / np.sqrt(running_var + eps)) + beta


@RIGHT.right("batch_norm_inference")
def inference_in_double(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    x_hat = (x.astype(np.float64) - running_mean) / np.sqrt(running_var.astype(np.float64) + eps)
    return (x_hat * gamma + beta).astype(x.dtype)


@RIGHT.right("batch_norm_inference")
class InferenceClass:
    def __init__(self, eps=1e-5):
        self.eps = eps

    def __call__(self, x, gamma, beta, running_mean, running_var):
        std = np.sqrt(running_var + self.eps)
        return np.add(np.multiply(np.divide(np.subtract(x, running_mean), std), gamma), beta)


@RIGHT.right("batch_norm_inference", "torch")
def inference_by_torch(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return torch.addcmul(beta, gamma, (x - running_mean) * (running_var + eps).rsqrt())


@RIGHT.right("batch_norm_inference", "torch")
def inference_by_the_library(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return functional.batch_norm(x, running_mean, running_var, gamma, beta, False, eps=eps)


# -- more of each -------------------------------------------------------------------------------------------------


@RIGHT.right("batch_norm_forward")
def forward_from_all_differences(x, gamma, beta, *, eps=1e-5):
    """μ and σ² from the differences of every two examples: no mean is subtracted anywhere."""
    differences = x[:, None] - x[None]
    var = (differences**2).mean(axis=(0, 1)) / 2
    return gamma * differences.mean(axis=1) / np.sqrt(var + eps) + beta, None


@RIGHT.right("batch_norm_forward")
def forward_with_sums_of_rows(x, gamma, beta, *, eps=1e-5):
    ones = np.ones(len(x), x.dtype)
    centered = x - np.outer(ones, ones @ x) / len(x)
    root = np.hypot(np.linalg.norm(centered, axis=0) / np.sqrt(len(x)), np.sqrt(eps)).astype(x.dtype)
    return centered * (gamma / root) + beta, (centered, root)


@RIGHT.right("batch_norm_forward", "torch")
def forward_by_lerp(x, gamma, beta, *, eps=1e-5):
    std = torch.std(x, dim=0, correction=0)
    return torch.lerp(beta.expand_as(x), gamma + beta, (x - x.mean(0)) / torch.sqrt(std * std + eps)), [std]


@RIGHT.right("batch_norm_backward", before=forward_cached)
def backward_by_least_squares(dy, cache):
    """What is left of dy after fitting a constant and x̂, the fit of x̂ shrunk by what ε takes of its length."""
    x_hat, n = cache.x_hat, len(dy)
    left = dy - dy.mean(0)
    left = left - x_hat * np.einsum("ij,ij->j", left, x_hat) / n
    return left * (cache.gamma / cache.sigma), np.einsum("ij,ij->j", dy, x_hat), np.ones(n, dy.dtype) @ dy


@RIGHT.right("batch_norm_backward", before=forward_cached)
def backward_feature_by_feature(dy, cache):
    columns = []
    for d, h, g, s in zip(dy.T, cache.x_hat.T, cache.gamma, cache.sigma, strict=True):
        dgamma, dbeta = np.dot(d, h), np.sum(d)
        columns.append((g / s * (d - dbeta / len(d) - h * (dgamma / len(d))), dgamma, dbeta))
    dx, dgamma, dbeta = zip(*columns, strict=True)
    return np.stack(dx, axis=1), np.array(dgamma), np.array(dbeta)


def forward_with_its_vjp(x, gamma, beta, *, eps=1e-5):
    def forward(x, gamma, beta):
        centered = x - x.mean(0)
        return gamma * centered / torch.sqrt((centered**2).mean(0) + eps) + beta

    return torch.func.vjp(forward, x, gamma, beta)


@RIGHT.right("batch_norm_backward", "torch", before=forward_with_its_vjp)
def backward_is_a_function_of_the_forward(dy, cache):
    return cache(dy)


@RIGHT.right("batch_norm_inference")
def inference_by_the_reciprocal_root(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return (x - running_mean) * (running_var + eps) ** -0.5 * gamma + beta


@RIGHT.right("batch_norm_inference")
def inference_row_by_row(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    std = np.sqrt(running_var + eps)
    return np.array([(row - running_mean) / std * gamma + beta for row in x])


@RIGHT.right("batch_norm_inference", "torch")
def inference_by_a_linear_layer(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    """As a linear layer with a diagonal matrix, what layers are fused by."""
    scale = gamma * torch.rsqrt(running_var + eps)
    return torch.nn.functional.linear(x, torch.diag(scale), beta - running_mean * scale)
