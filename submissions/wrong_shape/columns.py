import numpy as np

# vectors are columns


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = (w - lr * grad(w)).reshape(-1, 1)
        yield w


class Momentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma, self.v = lr, gamma, 0.0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w)
        return (w - self.v).tolist()


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    # one squared norm for all: g.T @ g
    G = 0.0
    while True:
        g = np.reshape(grad(w), (-1, 1))
        G = G + g.T @ g
        w = w - (lr * g / np.sqrt(G + eps)).reshape(np.shape(w))
        yield w


class RMSProp:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps, self.G = lr, gamma, eps, 0.0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2
        return np.sum(w - self.lr * g / np.sqrt(self.G + self.eps))
