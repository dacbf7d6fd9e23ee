"""No array is made twice: everything is updated in place, and step returns None."""
import numpy as np


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        w -= self.lr * grad(w)


class SGD:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr, self.batch_size = lr, batch_size

    def epoch(self, w, grad, order):
        for i in range(0, len(order), self.batch_size):
            w -= self.lr * grad(w, order[i:i + self.batch_size])


class _Stateful:
    def state(self, name, w):
        """The named buffer, made of zeros when first asked for."""
        if name not in self.__dict__:
            setattr(self, name, np.zeros_like(w))
        return getattr(self, name)


class Momentum(_Stateful):
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma = lr, gamma

    def step(self, w, grad):
        v = self.state("v", w)
        v *= self.gamma
        v += self.lr * grad(w)
        w -= v


class NAG(_Stateful):
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr, self.gamma = lr, gamma

    def step(self, w, grad):
        v = self.state("v", w)
        v *= self.gamma
        w -= v               # to the look-ahead point ...
        push = self.lr * grad(w)
        v += push
        w -= push            # ... and on from there


class Adagrad(_Stateful):
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr, self.eps = lr, eps

    def step(self, w, grad):
        G, g = self.state("G", w), grad(w)
        G += g ** 2
        g *= self.lr
        g /= np.sqrt(G + self.eps)
        w -= g


class RMSProp(_Stateful):
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr, self.gamma, self.eps = lr, gamma, eps

    def step(self, w, grad):
        G, g = self.state("G", w), grad(w)
        G *= self.gamma
        G += (1 - self.gamma) * g ** 2
        g *= self.lr
        g /= np.sqrt(G + self.eps)
        w -= g


class AdaDelta(_Stateful):
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma, self.eps = gamma, eps

    def step(self, w, grad):
        G, s, g = self.state("G", w), self.state("s", w), grad(w)
        G *= self.gamma
        G += (1 - self.gamma) * g ** 2
        g *= np.sqrt(s + self.eps)
        g /= np.sqrt(G + self.eps)
        s *= self.gamma
        s += (1 - self.gamma) * g ** 2
        w -= g


class Adam(_Stateful):
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t = 0

    def step(self, w, grad):
        m, v, g = self.state("m", w), self.state("v", w), grad(w)
        self.t += 1
        m *= self.beta1
        m += (1 - self.beta1) * g
        v *= self.beta2
        v += (1 - self.beta2) * g ** 2
        v = self.largest(v)
        w -= self.lr / (1 - self.beta1 ** self.t) * m / np.sqrt(v / (1 - self.beta2 ** self.t) + self.eps)

    def largest(self, v):
        return v


class AMSGrad(Adam):
    def largest(self, v):
        v_max = self.state("v_max", v)
        np.maximum(v_max, v, out=v_max)
        return v_max
