import numpy as np


class GradientDescent:
    def __init__(self, learning_rate=0.01):
        self.learning_rate = learning_rate

    def step(self, w, grad):
        return w - self.learning_rate * grad(w)


class Momentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr = lr
        self.gamma = gamma
        self.velocity = 0

    def step(self, w, grad):
        self.velocity = self.gamma * self.velocty + self.lr * grad(w)
        return w - self.velocity


class NAG:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr = lr
        self.gamma = gamma
        self.v = 0

    def update(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w - self.gamma * self.v)
        return w - self.v


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    g = grad(w)
    G = G + g ** 2
    return w - lr * g / np.sqrt(G + eps)


def rmsprop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = [0.0] * len(w)
    while True:
        g = grad(w)
        for i in range(len(w)):
            G[i] = gamma * G[i] + (1 - gamma) * g[i] ** 2
            w[i] -= lr * g[i] / np.sqrt(G[i] + eps)
        yield w


def adadelta(w, grad, *, gamma=0.95, eps=1e-6):
    G, s = np.zeros_like(w), np.zeros_like(w)
    for epoch in range(5):
        g = grad(w)
        G = gamma * G + (1 - gamma) * g ** 2
        delta = g * np.sqrt(s + eps) / np.sqrt(G + eps)
        s = gamma * s + (1 - gamma) * delta ** 2
        w = w - delta
        yield w


def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.zeros_like(w), np.zeros_like(w)
    t = 0
    while True:
        t += 1
        m = beta1 * m + (1 - beta1) * grad(w)
        v = beta2 * v + (1 - beta2) * grad(w) ** 2
        m_hat = m / (1 - beta1 ** t)
        v_hat = v / (1 - beta2 ** t)
        w = w - lr * m_hat / np.sqrt(v_hat + eps)
        yield w
