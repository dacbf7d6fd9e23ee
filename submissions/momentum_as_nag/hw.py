import numpy as np

# The two got mixed up.


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w - gamma * v)
        w = w - v
        yield {"w": w, "v": v}


def nag(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield {"w": w, "v": v}


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield w
