import numpy as np


def time_decay(lr, decay, t):
    result = lr / (1 + decay * t)
    print(result)


def step_decay(lr, drop, every, t):
    if t % every == 0:
        return lr * drop ** (t // every)


def exponential_decay(lr, k, t):
    print("lr =", lr * np.exp(-k * t))


def standardize(x):
    # 제자리에서 바꾼다
    x -= x.mean(axis=0)
    std = x.std(axis=0)
    std[std == 0] = 1
    x /= std


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    mu, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + eps)
    xhat = (x - mu) / std
    cache = (xhat, gamma, std)
    print("cache:", cache)
    return gamma * xhat + beta


def batch_norm_backward(dy, cache):
    xhat, gamma, std = cache
    dgamma, dbeta = (dy * xhat).sum(axis=0), dy.sum(axis=0)
    dx = gamma / std * (dy - dbeta / len(dy) - xhat * dgamma / len(dy))
    print(dx, dgamma, dbeta)


def dropout_train(x, p, u):
    mask = u < p
    y = x * mask
    print(y, mask)


def dropout_expectation(w, x, p):
    return print(p * np.sum(w * x))
