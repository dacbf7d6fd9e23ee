"""Keras optimizers, HW8"""
import numpy as np


class KerasSGD:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr = lr
        self.momentum = momentum
        self.decay = decay
        self.nesterov = nesterov
        self.iterations = 0
        self.v = 0.0

    def step(self, w, grad):
        # learning rate decay
        self.lr = self.lr / (1 + self.decay * self.iterations)
        self.iterations += 1
        g = grad(w)
        self.v = self.momentum * self.v - self.lr * g
        if self.nesterov:
            return w + self.momentum * self.v - self.lr * g
        return w + self.v


class KerasRMSprop:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr = lr
        self.rho = rho
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.decay = decay
        self.a = 0.0

    def step(self, w, grad):
        g = grad(w)
        self.a = self.rho * self.a + (1 - self.rho) * g * g
        return w - self.lr * g / (np.sqrt(self.a) + self.epsilon)


class KerasAdagrad:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr, self.decay = lr, decay
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.t = 0
        self.a = 0.0

    def step(self, w, grad):
        # 슬라이드처럼 epsilon은 루트 안에
        g = grad(w)
        lr_t = self.lr / (1 + self.decay * self.t)
        self.t += 1
        self.a = self.a + g ** 2
        return w - lr_t * g / np.sqrt(self.a + self.epsilon)


class KerasAdam:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr, self.beta_1, self.beta_2 = lr, beta_1, beta_2
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.decay = decay
        self.amsgrad = amsgrad
        self.t = 0
        self.m = self.v = self.vhat = 0.0

    def step(self, w, grad):
        self.t += 1
        lr = self.lr * 1.0 / (1.0 + self.decay * self.t)
        lr_t = lr * np.sqrt(1 - self.beta_2 ** self.t) / (1 - self.beta_1 ** self.t)
        g = grad(w)
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g ** 2
        if self.amsgrad:
            self.vhat = np.maximum(self.vhat, self.v)
            return w - lr_t * self.m / (np.sqrt(self.vhat) + self.epsilon)
        return w - lr_t * self.m / (np.sqrt(self.v) + self.epsilon)
