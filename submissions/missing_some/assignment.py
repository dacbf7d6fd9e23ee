import numpy as np
from torch.optim import Adam, RMSprop   # TODO: write my own

LR = 0.01


def gradient_descent(w, grad, *, lr=LR):
    while True:
        w = w - lr * grad(w)
        yield w


class Momentum:
    def __init__(self, lr=LR, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, None

    def step(self, w, grad):
        self.v = np.zeros_like(w) if self.v is None else self.v
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v


class Adagrad:
    def __init__(self, lr=LR, eps=1e-8):
        self.lr, self.eps, self.G = lr, eps, None

    def step(self, w, grad):
        self.G = np.zeros_like(w) if self.G is None else self.G
        g = grad(w)
        self.G = self.G + g ** 2
        return w - self.lr * g / np.sqrt(self.G + self.eps)
