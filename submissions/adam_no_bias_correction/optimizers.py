import numpy as np


class Optimizer(object):
    def __init__(self, lr):
        self.lr = lr


class GradientDescent(Optimizer):
    def __init__(self, lr=0.01):
        super().__init__(lr)

    def step(self, w, grad):
        return w - self.lr * grad(w)


class SGD(Optimizer):
    def __init__(self, lr=0.01, batch_size=32):
        super().__init__(lr)
        self.batch_size = batch_size

    def epoch(self, w, grad, order):
        for i in range(0, len(order), self.batch_size):
            w = w - self.lr * grad(w, order[i:i + self.batch_size])
        return w


class Momentum(Optimizer):
    def __init__(self, lr=0.01, gamma=0.9):
        super().__init__(lr)
        self.gamma, self.v = gamma, 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v


class NAG(Optimizer):
    def __init__(self, lr=0.01, gamma=0.9):
        super().__init__(lr)
        self.gamma, self.v = gamma, 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w - self.gamma * self.v)
        return w - self.v


class Adagrad(Optimizer):
    def __init__(self, lr=0.01, eps=1e-8):
        super().__init__(lr)
        self.eps, self.G = eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.G + g ** 2
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class RMSProp(Optimizer):
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        super().__init__(lr)
        self.gamma, self.eps, self.G = gamma, eps, 0

    def step(self, w, grad):
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class AdaDelta(object):
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps, self.G, self.s = gamma, eps, None, None

    def step(self, w, grad):
        if self.G is None:
            self.G, self.s = np.zeros_like(w), np.zeros_like(w)
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2
        delta = g * np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps)
        self.s = self.gamma * self.s + (1 - self.gamma) * delta ** 2
        return w - delta


class Adam(Optimizer):
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.m = self.v = 0

    def step(self, w, grad):
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        return w - self.lr * self.m / np.sqrt(self.v + self.eps)


class AMSGrad(Optimizer):
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        super().__init__(lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.m = self.v = self.v_max = 0

    def step(self, w, grad):
        # like Adam above, with the largest v
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        self.v_max = np.maximum(self.v_max, self.v)
        return w - self.lr * self.m / np.sqrt(self.v_max + self.eps)
