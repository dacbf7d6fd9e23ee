"""과제 8 - Keras 방식의 최적화 알고리즘 (엡실론은 루트 밖, 학습률은 decay로 감소)"""
import numpy as np


class KerasSGD:
    def __init__(self, lr=0.01, momentum=0.0, decay=0.0, nesterov=False):
        self.lr = lr
        self.momentum = momentum
        self.decay = decay
        self.nesterov = nesterov
        self.v = None
        self.t = 0

    def step(self, w, grad):
        if self.v is None:
            self.v = np.zeros_like(w)
        lr = self.lr / (1 + self.decay * self.t)   # t는 0부터
        self.t += 1
        g = grad(w)
        self.v = self.momentum * self.v - lr * g
        if self.nesterov:
            return w + self.momentum * self.v - lr * g
        return w + self.v


class KerasRMSprop:
    def __init__(self, lr=0.001, rho=0.9, epsilon=None, decay=0.0):
        self.lr = lr
        self.rho = rho
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.decay = decay
        self.a = None
        self.t = 0

    def step(self, w, grad):
        if self.a is None:
            self.a = np.zeros_like(w)
        lr = self.lr / (1 + self.decay * self.t)
        self.t += 1
        g = grad(w)
        self.a = self.rho * self.a + (1 - self.rho) * g ** 2
        return w - lr * g / (np.sqrt(self.a) + self.epsilon)


class KerasAdagrad:
    def __init__(self, lr=0.01, epsilon=None, decay=0.0):
        self.lr = lr
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.decay = decay
        self.a = None
        self.t = 0

    def step(self, w, grad):
        if self.a is None:
            self.a = np.zeros_like(w)
        lr = self.lr / (1 + self.decay * self.t)
        self.t += 1
        g = grad(w)
        self.a = self.a + g ** 2
        return w - lr * g / (np.sqrt(self.a) + self.epsilon)


class KerasAdam:
    def __init__(self, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=None, decay=0.0, amsgrad=False):
        self.lr = lr
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = 1e-7 if epsilon is None else epsilon
        self.decay = decay
        self.amsgrad = amsgrad
        self.m = None
        self.v = None
        self.v_max = None
        self.t = 0

    def step(self, w, grad):
        if self.m is None:
            self.m = np.zeros_like(w)
            self.v = np.zeros_like(w)
            self.v_max = np.zeros_like(w)
        lr = self.lr / (1 + self.decay * self.t)
        self.t += 1
        g = grad(w)
        self.m = self.beta_1 * self.m + (1 - self.beta_1) * g
        self.v = self.beta_2 * self.v + (1 - self.beta_2) * g ** 2
        # 편향 보정은 학습률에 곱한다
        lr = lr * (1 - self.beta_2 ** self.t) ** 0.5 / (1 - self.beta_1 ** self.t)
        if self.amsgrad:
            self.v_max = np.maximum(self.v_max, self.v)
            return w - lr * self.m / (np.sqrt(self.v_max) + self.epsilon)
        return w - lr * self.m / (np.sqrt(self.v) + self.epsilon)
