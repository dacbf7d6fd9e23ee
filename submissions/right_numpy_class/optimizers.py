"""딥러닝 과제 8: 최적화 알고리즘 (수업 슬라이드 그대로 구현)"""
import numpy as np


class GradientDescent:
    def __init__(self, lr=0.01):
        self.lr = lr

    def step(self, w, grad):
        return w - self.lr * grad(w)


class SGD:
    def __init__(self, lr=0.01, batch_size=32):
        self.lr = lr
        self.batch_size = batch_size

    def epoch(self, w, grad, order):
        n = len(order)
        for start in range(0, n, self.batch_size):
            batch = order[start:start + self.batch_size]   # 마지막 배치는 더 짧을 수 있음
            w = w - self.lr * grad(w, batch)
        return w


class Momentum:
    def __init__(self, lr=0.01, gamma=0.9):
        self.lr = lr
        self.gamma = gamma
        self.v = None

    def step(self, w, grad):
        if self.v is None:
            self.v = np.zeros_like(w)
        self.v = self.gamma * self.v + self.lr * grad(w)
        return w - self.v


class NAG:
    """한 걸음 앞(look-ahead)에서 기울기를 구한다."""

    def __init__(self, lr=0.01, gamma=0.9):
        self.lr = lr
        self.gamma = gamma
        self.v = None

    def step(self, w, grad):
        if self.v is None:
            self.v = np.zeros_like(w)
        g = grad(w - self.gamma * self.v)
        self.v = self.gamma * self.v + self.lr * g
        return w - self.v


class Adagrad:
    def __init__(self, lr=0.01, eps=1e-8):
        self.lr = lr
        self.eps = eps
        self.G = None

    def step(self, w, grad):
        if self.G is None:
            self.G = np.zeros_like(w)
        g = grad(w)
        self.G = self.G + g ** 2
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class RMSProp:
    def __init__(self, lr=0.001, gamma=0.99, eps=1e-8):
        self.lr = lr
        self.gamma = gamma
        self.eps = eps
        self.G = None

    def step(self, w, grad):
        if self.G is None:
            self.G = np.zeros_like(w)
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2   # 지수 이동 평균
        return w - self.lr * g / np.sqrt(self.G + self.eps)


class AdaDelta:
    def __init__(self, gamma=0.95, eps=1e-6):
        self.gamma = gamma
        self.eps = eps
        self.G = None
        self.s = None

    def step(self, w, grad):
        if self.G is None:
            self.G = np.zeros_like(w)
            self.s = np.zeros_like(w)
        g = grad(w)
        self.G = self.gamma * self.G + (1 - self.gamma) * g ** 2
        delta = g * np.sqrt(self.s + self.eps) / np.sqrt(self.G + self.eps)
        self.s = self.gamma * self.s + (1 - self.gamma) * delta ** 2
        return w - delta


class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.m = None
        self.v = None
        self.t = 0

    def step(self, w, grad):
        if self.m is None:
            self.m = np.zeros_like(w)
            self.v = np.zeros_like(w)
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        m_hat = self.m / (1 - self.beta1 ** self.t)   # 편향 보정
        v_hat = self.v / (1 - self.beta2 ** self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)


class AMSGrad:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.m = None
        self.v = None
        self.v_max = None
        self.t = 0

    def step(self, w, grad):
        if self.m is None:
            self.m = np.zeros_like(w)
            self.v = np.zeros_like(w)
            self.v_max = np.zeros_like(w)
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        self.v_max = np.maximum(self.v_max, self.v)   # 지금까지의 최댓값
        m_hat = self.m / (1 - self.beta1 ** self.t)
        v_hat = self.v_max / (1 - self.beta2 ** self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)
