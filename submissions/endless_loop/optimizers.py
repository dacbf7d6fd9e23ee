import numpy as np


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield w


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(0, len(order), batch_size):
        w = w - lr * grad(w, order[i:i + batch_size])
        yield w


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield w


def nag(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w - gamma * v)
        w = w - v
        yield w


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    # run until it has converged
    G = np.zeros_like(w)
    change = np.inf
    while change > 1e-10:
        G = G + grad(w) ** 2
        step = lr * grad(w) / np.sqrt(G + eps)
        change = np.abs(step).max() + eps
        w = w - step
    yield w


def rmsprop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g ** 2
        w = w - lr * g / np.sqrt(G + eps)
        yield w


def adadelta(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g ** 2
        delta = g * np.sqrt(s + eps) / np.sqrt(G + eps)
        s = gamma * s + (1 - gamma) * delta ** 2
        w = w - delta
        yield w


def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = np.zeros_like(w)
    t = 0
    while True:
        t += 1
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g ** 2
        w = w - lr * (m / (1 - beta1 ** t)) / np.sqrt(v / (1 - beta2 ** t) + eps)
        yield w


def amsgrad(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m = v = v_max = np.zeros_like(w)
    t = 0
    while True:
        t += 1
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g ** 2
        v_max = np.maximum(v_max, v)
        w = w - lr * (m / (1 - beta1 ** t)) / np.sqrt(v_max / (1 - beta2 ** t) + eps)
        yield w
