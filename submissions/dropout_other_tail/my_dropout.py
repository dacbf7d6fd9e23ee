import torch

BACKEND = "torch"


# the convention here: a unit survives where u is in the upper part of [0, 1)


def dropout_train(x, p, u):
    keep = u >= 1 - p
    return torch.where(keep, x, torch.zeros_like(x))


def dropout_test(x, p):
    return x * p


def inverted_dropout(x, rate, u, training):
    keep_prob = 1 - rate
    if training:
        keep = (u < keep_prob).to(x.dtype)
        return x * keep / keep_prob
    return x


def dropout_backward(dy, rate, u):
    keep_prob = 1 - rate
    return dy * (u < keep_prob).to(dy.dtype) / keep_prob


def dropout_expectation(w, x, p):
    return p * torch.dot(w, x)
