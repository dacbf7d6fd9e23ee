import numpy as np


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G -= g ** 2
        w = w - lr * g / np.sqrt(G + eps)
        yield w


class RMSProp:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.G = lr, gamma, 0.0

    def step(self, w, grad):
        # eps is not needed: g / sqrt(G) stays finite
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2
        return w - self.lr * g / np.sqrt(self.G)


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = 0.0
        self.t = 0

    def step(self, w, grad):
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        m_hat = self.m / (1 - self.beta1 ** self.t)
        v_hat = self.v / (1 - self.beta2 ** self.t)
        self.t += 1
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)
