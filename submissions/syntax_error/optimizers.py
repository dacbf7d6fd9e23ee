import numpy as np


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w - self.lr * grad(w)


class Momentum:
    def __init__(self, lr=0.01, gamma=0.9)
        self.lr = lr
        self.gamma = gamma
        self.v = 0

    def step(self, w, grad):
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v
