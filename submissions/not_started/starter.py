import numpy as np


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w - self.lr * grad(w)


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    raise NotImplementedError


class Momentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr = lr
        self.gamma = gamma

    def step(self, w, grad):
        raise NotImplementedError("여기에 코드를 작성하세요")


class NAG:
    def __init__(self, lr=0.01, gamma=0.9):
        raise NotImplementedError

    def step(self, w, grad):
        raise NotImplementedError


class Adagrad:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr = lr
        self.eps = eps

    def step(self, w, grad):
        pass


class RMSProp:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        pass

    def step(self, w, grad):
        return w


def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    ...
