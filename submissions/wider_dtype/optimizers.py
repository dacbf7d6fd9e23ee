import numpy as np


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros(w.shape)          # float64, whatever w is
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield w


class RMSProp:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps = np.float64(lr), np.float64(gamma), np.float64(eps)
        self.G = np.float64(0)

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * np.square(g)
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = 0.0
        self.t = 0

    def step(self, w, grad):
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        correction = np.sqrt(1 - self.beta2 ** self.t)     # a np.float64 scalar
        lr_t = self.lr * correction / (1 - self.beta1 ** self.t)
        return w - lr_t * self.m / np.sqrt(self.v + self.eps * correction ** 2)
