import numpy as np

from helpers import Optimizer


class Adagrad(Optimizer):
    defaults = dict(lr=0.01, eps=1e-8)
    buffers = ("G",)

    def update(self, w, grad):
        g = grad(w)
        self.G = self.accumulate(g)
        return w - self.lr * g / np.sqrt(self.G + self.eps)

    def accumulate(self, g):
        return self.G + g**2


class RMSProp(Adagrad):
    defaults = dict(lr=0.001, gamma=0.99, eps=1e-8)

    def accumulate(self, g):
        return self.gamma * self.G + (1 - self.gamma) * g**2


class AdaDelta(Optimizer):
    defaults = dict(gamma=0.95, eps=1e-6)
    buffers = ("G", "s")

    def update(self, w, grad):
        g = grad(w)
        self.G = self.average(self.G, g)
        delta = g * np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps)
        self.s = self.average(self.s, delta)
        return w - delta

    def average(self, old, x):
        return self.gamma * old + (1 - self.gamma) * x**2


class Adam(Optimizer):
    defaults = dict(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)
    buffers = ("m", "v")

    def update(self, w, grad):
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.second_moment() / (1 - self.beta2**self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)

    def second_moment(self):
        return self.v


class AMSGrad(Adam):
    buffers = ("m", "v", "v_max")

    def second_moment(self):
        self.v_max = np.maximum(self.v_max, self.v)
        return self.v_max
