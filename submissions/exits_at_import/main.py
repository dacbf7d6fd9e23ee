import sys

import numpy as np


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + g ** 2
        w = w - lr * g / np.sqrt(G + eps)
        yield w


w = np.array([1.0, -2.0])
for step, w in zip(range(100), adagrad(w, lambda w: 2 * w)):
    pass
print("w after 100 steps:", w)
sys.exit()
